"""Events as they come in, whoever wrote them: one reader for all who watch, on hints of the bus and once a second.

The record itself is read, so that events of other replicas, of embedded processes and of the server's own decisions are
all seen alike. Nothing is read while nobody watches.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.times import SECOND, to_micros
from prefect.exceptions import StorageError
from prefect.server.http import answers
from prefect.server.http.answers import Json
from prefect.server.live.bus import Bus, Change, as_uuid
from prefect.server.live.reads import Reads
from prefect.server.views.events import event_json
from prefect.storage.aggregates.events import arrivals
from prefect.storage.aggregates.reading import Reading
from prefect.wire.filters.matching import Matches

PACE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two looks while events come, and without a hint."""

LOOK_BACK = 2 * SECOND
"""How much earlier than what was seen an event may say it was received."""

READ_AT_ONCE = 1000
CAPACITY = 5000
"""Events that may wait for one who watches."""

logger = logging.getLogger("prefect.server")


class Arrival(NamedTuple):
    """An event that came in."""

    id: UUID
    text: bytes
    """It, as JSON."""


class Subscription:
    """One who watches: what came in for them and has not been fetched."""

    def __init__(self, matches: Matches, capacity: int = CAPACITY) -> None:
        self.matches = matches
        self.overflowed = False
        """Whether events were left out because nobody fetched them."""

        self._queue: asyncio.Queue[Arrival] = asyncio.Queue(capacity)

    async def next(self) -> Arrival:
        """The next event."""
        return await self._queue.get()

    def give(self, arrival: Arrival) -> None:
        """Add an event, unless too many wait."""
        try:
            self._queue.put_nowait(arrival)
        except asyncio.QueueFull:
            self.overflowed = True


class EventTail:
    """The one reader.

    Args:
        reading: the record.
        bus: tells when to look.
        clock: where to begin.
        reads: how the record is read.
    """

    def __init__(self, reading: Reading, bus: Bus, clock: Clock, reads: Reads) -> None:
        self._reading, self._bus, self._clock, self._reads = reading, bus, clock, reads
        self._subscriptions: set[Subscription] = set()
        self._reader: asyncio.Task[None] | None = None
        self._seen: dict[UUID, int] = {}
        self._newest = 0

    def subscribe(self, matches: Matches) -> Subscription:
        """Begin to watch, from now on."""
        subscription = Subscription(matches)
        self._subscriptions.add(subscription)
        if self._reader is None or self._reader.done():
            self._newest = self._clock.now()
            self._seen = {}
            self._reader = asyncio.get_running_loop().create_task(self._read())
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """End watching."""
        self._subscriptions.discard(subscription)

    def stop(self) -> None:
        """End the reader."""
        if self._reader is not None:
            self._reader.cancel()

    async def _read(self) -> None:
        watcher = self._bus.watch("event", "flow_run", "task_run")
        try:
            while self._subscriptions:
                changes = await watcher.next(LONGEST_PAUSE)
                try:
                    await self._catch_up()
                    await self._fetch(changes)
                except StorageError as error:
                    logger.warning("Events cannot be read for those who watch: %s", error)
                    await asyncio.sleep(LONGEST_PAUSE)
                await asyncio.sleep(PACE)
        finally:
            self._bus.leave(watcher)

    async def _catch_up(self) -> None:
        since = self._newest - LOOK_BACK
        while True:
            rows = await self._reads.run(arrivals.events_since, self._reading, since, READ_AT_ONCE)
            for row in rows:
                self._notice(event_json(row))
            if len(rows) < READ_AT_ONCE:
                break
            since = max(to_micros(cast(datetime, rows[-1]["received"])), since + 1)
        oldest = self._newest - 2 * LOOK_BACK
        self._seen = {identity: received for identity, received in self._seen.items() if received >= oldest}

    async def _fetch(self, changes: list[Change]) -> None:
        """Events that are named: their senders may have noted long ago when they were received."""
        ids = [
            identity for change in changes if change.topic == "event" and (identity := as_uuid(change.key)) is not None
        ]
        unseen = [identity for identity in ids if identity not in self._seen]
        if unseen:
            for row in await self._reads.run(arrivals.events_by_id, self._reading, unseen[:READ_AT_ONCE]):
                self._notice(event_json(row))

    def _notice(self, event: Json) -> None:
        received = to_micros(event["received"])
        if event["id"] in self._seen:
            return
        self._seen[event["id"]] = received
        self._newest = max(self._newest, received)
        wanted = [subscription for subscription in self._subscriptions if subscription.matches(event)]
        if wanted:
            arrival = Arrival(event["id"], answers.encode(event))
            for subscription in wanted:
                subscription.give(arrival)
