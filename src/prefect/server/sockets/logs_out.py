"""Log lines out: those that match a filter, from now on, as they come in."""

from __future__ import annotations

import asyncio
from uuid import UUID

from prefect.core.times import SECOND
from prefect.server.app import App
from prefect.server.http import answers
from prefect.server.http.answers import Json
from prefect.server.http.paging import plain
from prefect.server.sockets.connection import Connection
from prefect.server.sockets.events_out import filter_from, until_gone, whichever_ends
from prefect.server.views.runs import log_json
from prefect.server.world import World
from prefect.storage.aggregates.events import arrivals
from prefect.wire.filters.logs import LogFilter

PACE, LONGEST_PAUSE = 0.1, 1.0
READ_AT_ONCE = 500
LOOK_BACK, LOOK_BACK_IN_RUN = 5 * SECOND, 60 * SECOND
"""How long before it comes in a line may have been made: in general, and where the filter names a run."""


async def send_logs(app: App, connection: Connection) -> None:
    """Send lines until the other side closes."""
    wanted = await filter_from(connection, LogFilter)
    await whichever_ends(until_gone(connection), _send_as_they_come(app, connection, plain(wanted)))


async def _send_as_they_come(app: App, connection: Connection, given: Json) -> None:
    world = app.world
    look_back = LOOK_BACK if "flow_run_id" not in given and "task_run_id" not in given else LOOK_BACK_IN_RUN
    begun = world.clock.now()
    seen: set[UUID] = set()
    watcher = world.bus.watch("log")
    try:
        while True:
            since = arrivals.first_id(max(begun, world.clock.now() - look_back))
            seen = {identity for identity in seen if identity >= since}
            await _send_since(world, connection, given, since, seen)
            await watcher.next(LONGEST_PAUSE)
            await asyncio.sleep(PACE)
    finally:
        world.bus.leave(watcher)


async def _send_since(world: World, connection: Connection, given: Json, since: UUID, seen: set[UUID]) -> None:
    while True:
        rows = await world.live.reads.run(arrivals.lines_since, world.reading, given, since, READ_AT_ONCE)
        for row in rows:
            line = log_json(row)
            if line["id"] not in seen:
                seen.add(line["id"])
                await connection.send(b'{"type":"log","log":' + answers.encode(line) + b"}")
        if len(rows) < READ_AT_ONCE:
            return
        since = UUID(str(rows[-1]["id"]))
