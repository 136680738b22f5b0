"""Values sent to flow runs while they run."""

from __future__ import annotations

import json
from typing import Any

from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal, invalid, not_found
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.storage.documents import Record
from prefect.storage.keyed import flow_runs
from prefect.storage.keyed.runs import inputs
from prefect.storage.transaction import Transaction
from prefect.types.names import raise_on_name_alphanumeric_dashes_only
from prefect.wire.flow_runs import FlowRunInput
from prefect.wire.requests.flow_runs import FlowRunInputCreateBody, FlowRunInputsFilterBody

MISSING = not_found("Flow run input")
MISSING_RUN = not_found("Flow run")


def create(call: Call[FlowRunInputCreateBody]) -> Deciding[bool]:
    """Send a value to a flow run; each key once."""
    run_id, given, clock = call.id(), call.body, call.world.clock
    if not given.key:
        raise invalid(("body", "key"), "String should have at least 1 character", "string_too_short")
    try:
        raise_on_name_alphanumeric_dashes_only(given.key)
    except ValueError as error:
        raise invalid(("body", "key"), str(error)) from None

    def decision(tx: Transaction) -> bool:
        if flow_runs.facts(tx, run_id) is None:
            raise MISSING_RUN
        new = (clock.new_id(), run_id, given.key, given.value, given.sender, clock.now())
        if not inputs.insert(tx, *new):
            raise Refusal(409, "A flow run input with this key already exists.")
        return True

    return Deciding(decision, lambda _: answers.json(None, 201))


def read(call: Call[None]) -> Answer:
    """The value of a key."""
    key = call.text("key")
    row = None if "\0" in key else call.world.store.read(lambda tx: inputs.find(tx, call.id(), key))
    if row is None:
        raise MISSING
    return Answer(200, _as_json(row["value"]))


def _as_json(value: str) -> bytes:
    """A value as JSON: it is JSON text, or else a text."""
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return answers.encode(value)
    return value.encode()


def page(call: Call[FlowRunInputsFilterBody]) -> Answer:
    """Values whose keys begin with a prefix, the first sent first."""
    body, run_id = call.body, call.id()
    limit = min(body.limit, limit_of(call, None))
    rows = call.world.store.read(
        lambda tx: inputs.starting_with(tx, run_id, body.prefix, body.exclude_keys[:MOST_EXCLUDED], limit)
    )
    return answers.json([_shown(row) for row in rows])


MOST_EXCLUDED = 10_000


def _shown(row: Record) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "created", "updated", "flow_run_id", "key", "value", "sender")}


def delete(call: Call[None]) -> Deciding[bool]:
    """Remove the value of a key."""
    run_id, key = call.id(), call.text("key")

    def answer(found: bool) -> Answer:
        if not found:
            raise MISSING
        return NO_CONTENT

    return Deciding(lambda tx: "\0" not in key and inputs.delete(tx, run_id, key), answer)


ROUTES = (
    Route("POST", "/flow_runs/{id}/input", create, Role.RUNNER, FlowRunInputCreateBody, status=201, inline=True),
    Route("GET", "/flow_runs/{id}/input/{key}", read),
    Route("DELETE", "/flow_runs/{id}/input/{key}", delete, Role.RUNNER, status=204, inline=True),
    Route("POST", "/flow_runs/{id}/input/filter", page, body=FlowRunInputsFilterBody, returns=list[FlowRunInput]),
)  # fmt: skip
