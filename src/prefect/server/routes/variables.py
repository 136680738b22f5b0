"""Variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.records.variables import VariableRecord
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.views.objects import variable_json
from prefect.storage.aggregates import variables
from prefect.storage.keyed import variables as stored
from prefect.storage.transaction import Transaction
from prefect.wire.objects.variables import Variable, VariableCreate, VariableUpdate
from prefect.wire.requests.objects import VariablesCountBody, VariablesFilterBody

MISSING = Refusal(404, "Variable not found.")
Find = Callable[[Transaction], VariableRecord | None]


def create(call: Call[VariableCreate]) -> Deciding[VariableRecord]:
    """Make a variable."""
    given, clock = call.body, call.world.clock
    now, value = clock.now(), json.dumps(given.value)
    made = VariableRecord(clock.new_id(), given.name, value, given.tags or (), now, now)

    def decision(tx: Transaction) -> VariableRecord:
        if not stored.insert(tx, made):
            raise _taken(given.name)
        _tell(tx, clock, CREATED, made)
        return made

    return Deciding(decision, lambda variable: answers.json(_made_json(variable), 201))


def _taken(name: str) -> Refusal:
    return Refusal(409, f"A variable with the name {name!r} already exists.")


def _made_json(variable: VariableRecord) -> Json:
    return variable_json(stored.as_row(variable))


def read(call: Call[None]) -> Answer:
    """A variable by id."""
    return _found(variables.by_id(call.world.reading, call.id()))


def read_by_name(call: Call[None]) -> Answer:
    """A variable by name."""
    return _found(variables.by_name(call.world.reading, call.text("name")))


def _found(row: Json | None) -> Answer:
    if row is None:
        raise MISSING
    return answers.json(variable_json(row))


def page(call: Call[VariablesFilterBody]) -> Answer:
    """Variables that match a filter."""
    body = call.body
    given = None if body.variables is None else plain(body.variables)
    rows = variables.page(call.world.reading, limit_of(call, body.limit), body.offset, given, body.sort)
    return answers.json([variable_json(row) for row in rows])


def count(call: Call[VariablesCountBody]) -> Answer:
    """How many variables match a filter."""
    given = None if call.body.variables is None else plain(call.body.variables)
    return answers.json(variables.count(call.world.reading, given))


def update(call: Call[VariableUpdate]) -> Deciding[None]:
    """Change what is given of a variable, by id."""
    return _changing(call, _by_id(call.id()))


def update_by_name(call: Call[VariableUpdate]) -> Deciding[None]:
    """Change what is given of a variable, by name."""
    return _changing(call, _by_name(call.text("name")))


def _by_id(variable_id: UUID) -> Find:
    return lambda tx: stored.find_by_id(tx, variable_id)


def _by_name(name: str) -> Find:
    return lambda tx: stored.find(tx, name)


def _changing(call: Call[VariableUpdate], find: Find) -> Deciding[None]:
    given, clock = call.body, call.world.clock

    def decision(tx: Transaction) -> None:
        known = find(tx)
        if known is None:
            raise MISSING
        changed = _changed(known, given, clock.now())
        if changed.name != known.name and stored.find(tx, changed.name) is not None:
            raise _taken(changed.name)
        stored.change(tx, changed)
        _tell(tx, clock, UPDATED, changed)

    return Deciding(decision, lambda _: NO_CONTENT)


def _changed(known: VariableRecord, given: VariableUpdate, now: int) -> VariableRecord:
    """The variable with what is given of it in place."""
    value = json.dumps(given.value) if "value" in given.model_fields_set else known.value
    tags = known.tags if given.tags is None else given.tags
    return known._replace(name=given.name or known.name, value=value, tags=tags, updated=now)


def delete(call: Call[None]) -> Deciding[None]:
    """Remove a variable by id."""
    return _deleting(call, _by_id(call.id()))


def delete_by_name(call: Call[None]) -> Deciding[None]:
    """Remove a variable by name."""
    return _deleting(call, _by_name(call.text("name")))


def _deleting(call: Call[None], find: Find) -> Deciding[None]:
    def decision(tx: Transaction) -> None:
        known = find(tx)
        if known is None or not stored.delete(tx, known.name):
            raise MISSING
        _tell(tx, call.world.clock, DELETED, known)

    return Deciding(decision, lambda _: NO_CONTENT)


def _tell(tx: Transaction, clock: Clock, what: str, variable: VariableRecord) -> None:
    value = json.loads(variable.value)
    Teller(tx, clock).variable(what, variable.id, variable.name, value, variable.tags)


ROUTES = (
    Route("POST", "/variables/", create, Role.RUNNER, VariableCreate, returns=Variable, status=201, inline=True),
    Route("GET", "/variables/{id}", read, returns=Variable),
    Route("GET", "/variables/name/{name}", read_by_name, returns=Variable),
    Route("POST", "/variables/filter", page, body=VariablesFilterBody, body_required=False, returns=list[Variable]),
    Route("POST", "/variables/count", count, body=VariablesCountBody, body_required=False, returns=int),
    Route("PATCH", "/variables/{id}", update, Role.RUNNER, VariableUpdate, status=204, inline=True),
    Route("PATCH", "/variables/name/{name}", update_by_name, Role.RUNNER, VariableUpdate, status=204, inline=True),
    Route("DELETE", "/variables/{id}", delete, Role.RUNNER, status=204, inline=True),
    Route("DELETE", "/variables/name/{name}", delete_by_name, Role.RUNNER, status=204, inline=True),
)
