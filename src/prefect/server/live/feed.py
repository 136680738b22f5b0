"""The live feed: what changed, for pages that are open, and for those that come back after a while.

One reader per replica takes changes from the bus, adds what pages want to know of flow runs with one query for all of
them, and keeps the last few thousand. Pages look through these, each from where it is. A change's number is the moment
it was noticed, so that a page may come back to another replica; a change told twice does no harm.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.exceptions import StorageError
from prefect.server.http import answers
from prefect.server.http.answers import Json
from prefect.server.live.bus import Bus, Change, Watcher, as_uuid
from prefect.server.live.reads import Reads
from prefect.storage.aggregates.events import arrivals
from prefect.storage.aggregates.reading import Reading

TOPICS = ("flow_run", "task_run", "log", "event", "artifact", "deployment", "work_pool", "work_queue", "worker",
          "variable", "automation", "block", "concurrency_limit", "flow")  # fmt: skip
MISSED = "missed"
"""Topic of the one change that says: others were lost, look for yourselves."""

REMEMBERED = 5000
PACE = 0.1
"""Seconds in which changes gather."""

STILL_HERE_SECONDS = 15.0
LINGER_SECONDS = 120.0
"""For how long the feed goes on when the last page has gone: it may be back."""

BETWEEN_REPLICAS = 2 * SECOND
"""How much later one replica may notice a change than another."""

RESET = b"event: reset\ndata: {}\n\n"
STILL_HERE = b": still here\n\n"
HELLO = b"retry: 2000\n: the feed begins\n\n"

logger = logging.getLogger("prefect.server")


class Told(NamedTuple):
    """A change as pages are told."""

    number: int
    """The moment it was noticed, in microseconds; each has its own."""

    topic: str
    keys: frozenset[str]
    """Ids by which pages may want it: of the flow run, flow or deployment."""

    text: bytes
    """It, as one server-sent event."""


class Wanted(NamedTuple):
    """What a page wants to know of."""

    topics: frozenset[str]
    keys: frozenset[str]
    """Ids of flow runs, flows or deployments; of all if empty."""

    def includes(self, told: Told) -> bool:
        """Whether the page wants a change."""
        if told.topic == MISSED:
            return True
        return told.topic in self.topics and (not self.keys or not self.keys.isdisjoint(told.keys))


class Feed:
    """The one reader and the pages.

    Args:
        reading: the record.
        bus: says what changed.
        clock: numbers changes.
        reads: how the record is read.
    """

    def __init__(self, reading: Reading, bus: Bus, clock: Clock, reads: Reads) -> None:
        self._reading, self._bus, self._clock, self._reads = reading, bus, clock, reads
        self._told: deque[Told] = deque(maxlen=REMEMBERED)
        self._begun = 0
        self._last = 0
        self._pages: set[asyncio.Event] = set()
        self._reader: asyncio.Task[None] | None = None
        self._ended = False

    def stop(self) -> None:
        """End the reader, and every page."""
        self._ended = True
        if self._reader is not None:
            self._reader.cancel()
        for woken in self._pages:
            woken.set()

    async def page(self, wanted: Wanted, last: int | None) -> AsyncIterator[bytes]:
        """What a page is sent: what it has missed since number `last`, then what changes."""
        self._start()
        woken = asyncio.Event()
        self._pages.add(woken)
        position = self._last
        try:
            yield HELLO
            if last is not None:
                since = last - BETWEEN_REPLICAS
                yield RESET if last < self._oldest() else self._after(since, wanted)
            while not self._ended:
                try:
                    async with asyncio.timeout(STILL_HERE_SECONDS):
                        await woken.wait()
                except TimeoutError:
                    yield STILL_HERE
                    continue
                woken.clear()
                text = RESET if position < self._oldest() else self._after(position, wanted)
                position = self._last
                if text:
                    yield text
        finally:
            self._pages.discard(woken)

    def _oldest(self) -> int:
        """The number since which nothing is missing here."""
        full = len(self._told) == REMEMBERED
        return self._told[0].number if full else self._begun

    def _after(self, number: int, wanted: Wanted) -> bytes:
        recent = (told for told in reversed(self._told))
        new = []
        for told in recent:
            if told.number <= number:
                break
            new.append(told)
        return b"".join(told.text for told in reversed(new) if wanted.includes(told))

    # --- the reader

    def _start(self) -> None:
        if self._reader is None or self._reader.done():
            self._told.clear()
            self._begun = self._last = max(self._clock.now(), self._last)
            watcher = self._bus.watch(*TOPICS, MISSED, capacity=REMEMBERED)
            self._reader = asyncio.get_running_loop().create_task(self._read(watcher))

    async def _read(self, watcher: Watcher) -> None:
        idle = 0.0
        try:
            while idle < LINGER_SECONDS:
                changes = await watcher.next(STILL_HERE_SECONDS)
                idle = 0.0 if self._pages or self._ended else idle + (PACE if changes else STILL_HERE_SECONDS)
                if watcher.missed:
                    watcher.missed = False
                    changes = [Change(MISSED, "")]
                if changes:
                    await self._tell(changes)
                    await asyncio.sleep(PACE)
        finally:
            self._bus.leave(watcher)

    async def _tell(self, changes: Iterable[Change]) -> None:
        facts = await self._facts([change.key for change in changes if change.topic == "flow_run"])
        for change in changes:
            self._last = max(self._clock.now(), self._last + 1)
            self._told.append(told(self._last, change, facts.get(change.key)))
        for woken in self._pages:
            woken.set()

    async def _facts(self, keys: list[str]) -> dict[str, Json]:
        """What is told of flow runs, by their keys on the bus."""
        ids = [identity for key in islice(keys, REMEMBERED) if (identity := as_uuid(key)) is not None]
        if not ids:
            return {}
        try:
            rows = await self._reads.run(arrivals.flow_runs_by_id, self._reading, ids)
        except StorageError as error:
            logger.warning("The live feed cannot read what it tells of: %s", error)
            return {}
        return {UUID(str(row["id"])).hex: row for row in rows}


def told(number: int, change: Change, facts: Json | None) -> Told:
    """A change as pages are told of it."""
    if change.topic == MISSED:
        return Told(number, MISSED, frozenset(), RESET)
    identity = as_uuid(change.key)
    key = change.key if identity is None else str(identity)
    content: Json = {"topic": change.topic, "key": key, **(facts or {})}
    keys = {key.removeprefix("prefect.flow-run.")}
    keys |= {str(content[name]) for name in ("flow_id", "deployment_id") if content.get(name) is not None}
    text = b"id: %d\nevent: change\ndata: %s\n\n" % (number, answers.encode(content))
    return Told(number, change.topic, frozenset(keys), text)
