"""Log lines: recorded in bulk, listed by filter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect.core.journal import LOG, Row
from prefect.core.times import to_micros
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.views.runs import log_json
from prefect.storage.aggregates import logs
from prefect.storage.transaction import Transaction
from prefect.wire.logs import Log, LogCreate
from prefect.wire.requests.logs import LogsFilterBody

LARGEST_BATCH = 16 << 20


def create(call: Call[list[LogCreate]]) -> Deciding[None]:
    """Record lines; answered once they are committed."""
    clock = call.world.clock
    rows = [_row(clock.new_id(), line) for line in call.body]

    def decision(tx: Transaction) -> None:
        for row in rows:
            tx.append(LOG, row)

    return Deciding(decision, lambda _: _created(call))


def _row(identity: UUID, line: LogCreate) -> Row:
    moment = to_micros(line.timestamp)
    runs = (None if run is None else run.bytes for run in (line.flow_run_id, line.task_run_id))
    return (identity.bytes, *runs, None, None, line.name, line.level, line.message, moment)


def _created(call: Call[list[LogCreate]]) -> Answer:
    if call.world.bus.watched:
        call.world.bus.tell({Change("log", line.flow_run_id.hex) for line in call.body if line.flow_run_id is not None})
    return answers.json(None, 201)


def page(call: Call[LogsFilterBody]) -> Answer:
    """Lines that match a filter, in the order they were written."""
    body = call.body
    given: dict[str, Any] | None = None if body.logs is None else plain(body.logs)
    newest = body.sort == "TIMESTAMP_DESC"
    rows = logs.filtered_page(call.world.reading, given, newest, limit_of(call, body.limit), body.offset)
    return answers.json([log_json(row) for row in rows])


ROUTES = (
    Route("POST", "/logs/", create, Role.RUNNER, list[LogCreate], status=201, inline=True, largest_body=LARGEST_BATCH),
    Route("POST", "/logs/filter", page, body=LogsFilterBody, body_required=False, returns=list[Log]),
)
