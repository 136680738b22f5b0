"""Variables."""

from __future__ import annotations

from prefect.client.calls import MISSING, TAKEN, Call, Calls, ask, given, known, many, nothing, one, path, searching
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.client.schemas.objects import Variable
from prefect.exceptions import ObjectNotFound


def create_variable(variable: VariableCreate) -> Call[Variable]:
    """Make a variable. Raises ObjectAlreadyExists."""
    return Call("POST", "/variables/", one(Variable), body=given(variable), refusals=TAKEN)


def update_variable(variable: VariableUpdate) -> Call[None]:
    """Change what is given of the variable of that name. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", path("/variables/name/{}", variable.name), nothing, body=given(variable))


def read_variable_by_name(name: str) -> Calls[Variable | None]:
    """A variable, or None."""
    try:
        return (yield from ask(Call("GET", path("/variables/name/{}", name), one(Variable), refusals=MISSING)))
    except ObjectNotFound:
        return None


def read_variables(limit: int | None = None) -> Call[list[Variable]]:
    """All variables; at most `limit`, by default as many as the server's page holds."""
    return searching("/variables/filter", many(Variable), known(limit=limit))


def delete_variable_by_name(name: str) -> Call[None]:
    """Delete a variable. Raises ObjectNotFound."""
    return Call("DELETE", path("/variables/name/{}", name), nothing, refusals=MISSING)
