"""Parameters that say how they are made: `{"__prefect_kind": "json", "value": "[1, 2]"}` and its like.

json                 `value` is JSON text
jinja                `template` is rendered
workspace_variable   the variable named `variable_name`
none, anything else  `value` as it is

What lacks the field that it is made from is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from prefect.server.rendering import TemplateProblem, check, rendered
from prefect.wire.base import storable

KIND = "__prefect_kind"
LeftOut = type("LeftOut", (), {})
LEFT_OUT = LeftOut()
"""Stands for a value that is not there."""

Variables = Callable[[str], Mapping[str, object] | None]
"""Finds a variable by name."""


class Problem:
    """Stands for a value that cannot be made, and says why."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __repr__(self) -> str:
        return f"<{self.message}>"


class Unknown:
    """Stands for a value that is only known once it is made."""


def hydrated(values: Mapping[str, object], variables: Variables, render: bool = True) -> dict[str, object]:
    """The parameters as flows get them.

    What cannot be made is there as a `Problem`. Without `render`, templates are only read, and are there as `Unknown`.
    """
    pairs = ((name, _made(value, variables, render)) for name, value in values.items())
    return {name: made for name, made in pairs if made is not LEFT_OUT}


def problems_in(value: object) -> list[Problem]:
    """Everything in made parameters that could not be made."""
    if isinstance(value, Problem):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [problem for part in parts for problem in problems_in(part)]


def _made(value: object, variables: Variables, render: bool) -> object:
    if isinstance(value, list):
        return [made for item in value if (made := _made(item, variables, render)) is not LEFT_OUT]
    if not isinstance(value, dict):
        return value
    kind = value.get(KIND)
    if isinstance(kind, str):
        return _of_kind(kind, value, variables, render)
    return hydrated(value, variables, render)


def _of_kind(kind: str, value: Mapping[str, object], variables: Variables, render: bool) -> object:
    if kind == "jinja":
        return _of_template(value.get("template"), render)
    if kind == "workspace_variable":
        return _of_variable(value.get("variable_name"), variables)
    given = _made(value["value"], variables, render) if "value" in value else LEFT_OUT
    return _of_json(given) if kind == "json" and isinstance(given, str) else given


def _of_json(text: str) -> object:
    try:
        return storable(json.loads(text))
    except RecursionError:
        return Problem("Invalid JSON: it is nested too deep")
    except ValueError as error:
        return Problem(f"Invalid JSON: {error}")


def _of_template(text: object, render: bool) -> object:
    if not isinstance(text, str):
        return LEFT_OUT
    try:
        check(text)
        return rendered(text) if render else Unknown()
    except TemplateProblem as problem:
        return Problem(f"Invalid jinja: {problem}")


def _of_variable(name: object, variables: Variables) -> object:
    if not isinstance(name, str):
        return LEFT_OUT
    found = variables(name)
    return Problem(f"Variable {name!r} not found in workspace.") if found is None else found["value"]
