"""Events in: one to a message, many to a commit; a ping is answered when everything before it is stored."""

from __future__ import annotations

import asyncio

from pydantic import ValidationError

from prefect.core.records.events import EventRecord
from prefect.server.app import App
from prefect.server.http.errors import InvalidRequest
from prefect.server.live.taking import LARGEST_EVENT, record_of
from prefect.server.sockets.connection import Connection, Ended, Mark, Rejected, parsed
from prefect.wire.events.records import Event

LARGEST_BATCH = 500
PATIENCE = 0.01
"""Seconds between two looks whether there is room for more."""


async def take_events(app: App, connection: Connection) -> None:
    """Store what comes until the other side closes, which is answered when all of it is stored."""
    storing = Storing(app)
    try:
        while True:
            message = await connection.next()
            if isinstance(message, Mark):
                await storing.all_stored()
                await connection.kept()
            else:
                await storing.room()
                storing.add(record(message, app.world.clock.now()))
    except Ended:
        await storing.all_stored()
        await connection.kept()
    except Rejected:
        await storing.all_stored()
        raise


def record(text: str, now: int) -> EventRecord:
    """The event in a message. Raises Rejected, saying what is wrong with it."""
    if len(text) > LARGEST_EVENT:
        raise Rejected(1009, f"An event is larger than {LARGEST_EVENT} bytes, which is the limit here.")
    value = parsed(text)
    try:
        return record_of(Event.model_validate(value), now)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Rejected(1008, f"An event is not valid: {place}: {first['msg']}") from None
    except InvalidRequest as error:
        raise Rejected(1008, f"An event is not valid: {error}") from None


class Storing:
    """Events of one connection on their way into the store, one commit after the other."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._gathered: list[EventRecord] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, event: EventRecord) -> None:
        """Have an event stored soon."""
        self._gathered.append(event)
        if self._writing is None or (self._writing.done() and self._writing.exception() is None):
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def room(self) -> None:
        """Return when more may be added. Raises StorageError if what was added could not be stored."""
        while len(self._gathered) >= LARGEST_BATCH or self._app.world.live.intake.is_full:
            self._raise_if_failed()
            await asyncio.sleep(PATIENCE)
        self._raise_if_failed()

    async def all_stored(self) -> None:
        """Return when everything added is committed. Raises StorageError."""
        if self._writing is not None:
            await asyncio.shield(self._writing)

    def _raise_if_failed(self) -> None:
        if self._writing is not None and self._writing.done():
            self._writing.result()

    async def _write(self) -> None:
        world, intake = self._app.world, self._app.world.live.intake
        while self._gathered:
            events, self._gathered = self._gathered[:LARGEST_BATCH], self._gathered[LARGEST_BATCH:]
            batch = intake.take(events, world.clock.now())
            await self._app.decided(batch)
            intake.stored(batch)
