"""The engine's own door: journal entries in acknowledged batches, and decisions in the core's own records.

Not part of Prefect's API. The engine of a process that has an API URL is here what it is on an embedded database: the
server is the embedded backend with a socket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from prefect.core.journal import LEDGERS, Row
from prefect.exceptions import PrefectException
from prefect.orchestrator import leases
from prefect.orchestrator.acting import ActingStore, acting_for
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, answer_to, invalid
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.entries import checked_rows
from prefect.server.world import MEGABYTE
from prefect.storage.transaction import Transaction
from prefect.wire.packing import MEDIA_TYPE, Malformed, pack, unpack, unpack_rows

PREFIX = "/headrace"
HOLDER = "x-headrace-process"
"""Header that names the process which asks, as leases know it."""

LARGEST_BATCH = 64 * MEGABYTE


def journal(call: Call[bytes]) -> Deciding[None]:
    """Append entries; answered once they are committed."""
    try:
        tables = unpack_rows(call.body)
    except Malformed as error:
        raise Refusal(400, str(error)) from None
    checked = {str(table): checked_rows(str(table), rows) for table, rows in tables.items()}
    return Deciding(partial(_append, checked), partial(_acknowledged, call, checked))


def _append(tables: Mapping[str, Sequence[Row]], tx: Transaction) -> None:
    for table, rows in tables.items():
        for row in rows:
            tx.append(table, row)


def _acknowledged(call: Call[bytes], tables: Mapping[str, Sequence[Row]], _done: None) -> Answer:
    bus = call.world.bus
    if bus.watched:
        bus.tell(_changes(tables))
    return NO_CONTENT


def _changes(tables: Mapping[str, Sequence[Row]]) -> list[Change]:
    """What a batch changed, as far as anybody can watch it: runs by id, lines and states by their run's."""
    found: dict[Change, None] = {}
    for table, rows in tables.items():
        columns = LEDGERS[table].columns
        place = columns.index("flow_run_id") if "flow_run_id" in columns else 0
        for row in rows:
            key = row[place]
            if isinstance(key, bytes):
                found[Change(table, key.hex())] = None
    return list(found)


# --- the other twenty methods


METHODS = frozenset({
    "create_flow_run", "propose", "begin_flow_run", "acquire_slots", "renew_slots", "release_slots", "write_variable",
    "delete_variable", "update_artifact", "read_flow_run", "recorded_calls", "child_flow_run",
    "deployment_name_and_version", "tag_limits", "read_variable", "newest_artifact",
})  # fmt: skip
"""Methods of `core.ports.Backend` that a request may call, with its arguments by name."""


def perform(call: Call[bytes]) -> Answer:
    """Call one method of the backend in the name of the process that asks."""
    name = call.text("method")
    if name not in METHODS:
        raise Refusal(404, f"The backend has no method {name!r}.")
    arguments = _arguments(call)
    store = ActingStore(call.world.store, _holder(call))
    backend = EmbeddedBackend(store, call.world.clock)
    try:
        result = getattr(backend, name)(**arguments)
    except TypeError as error:
        raise invalid(("body",), f"The arguments of {name!r} do not fit: {error}.") from error
    except PrefectException as error:
        return _named(error)
    return Answer(200, pack(result), MEDIA_TYPE)


def _named(error: PrefectException) -> Answer:
    """An error by its class, so that the caller raises the same."""
    plain = answer_to(error)
    content = {"detail": str(error), "error": type(error).__name__}
    return answers.json(content, plain.status, plain.headers)


def _arguments(call: Call[bytes]) -> Json:
    try:
        arguments = unpack(call.body)
    except Malformed as error:
        raise Refusal(400, str(error)) from None
    if not isinstance(arguments, dict) or not all(isinstance(name, str) for name in arguments):
        raise Refusal(400, "The body is no mapping of arguments by name.")
    return arguments


def _holder(call: AnyCall) -> str:
    holder = call.head.header(HOLDER)
    if not holder or holder.count("/") < 2 or len(holder) > 500:
        raise Refusal(400, f"The header {HOLDER!r} has to name the process that asks.")
    return holder


def renew(call: Call[bytes]) -> Deciding[list[Any]]:
    """Renew what the process that asks holds; answers the runs of its that are to stop."""
    clock = call.world.clock
    decision = acting_for(_holder(call), lambda tx: leases.renew(tx, clock.now()))
    return Deciding(decision, lambda stopping: Answer(200, pack(stopping), MEDIA_TYPE))


ROUTES = (
    Route("POST", f"{PREFIX}/journal", journal, Role.RUNNER, bytes, media_type=MEDIA_TYPE, inline=True, status=204,
          largest_body=LARGEST_BATCH),
    Route("POST", f"{PREFIX}/backend/renew", renew, Role.RUNNER, bytes, media_type=MEDIA_TYPE, inline=True),
    Route("POST", f"{PREFIX}/backend/{{method}}", perform, Role.RUNNER, bytes, media_type=MEDIA_TYPE,
          largest_body=LARGEST_BATCH),
)  # fmt: skip
