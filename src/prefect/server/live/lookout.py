"""Noticing what processes write that do not speak to this server: flows on an embedded database, decisions of the engine.

It looks only while somebody watches: in an SQLite file, whether anybody has written at all, which costs microseconds; then
which flow runs have changed, by an index.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.exceptions import StorageError
from prefect.server.live.bus import Bus, Change
from prefect.server.live.reads import Reads
from prefect.storage.aggregates.events import arrivals
from prefect.storage.aggregates.reading import Reading
from prefect.storage.store import Store

INTERVALS = {"sqlite": 0.25, "postgresql": 1.0}
LOOK_BACK = SECOND
MOST_RUNS = 200

logger = logging.getLogger("prefect.server")


class Lookout:
    """Looks every now and then.

    Args:
        store: the record.
        reading: its reading door.
        bus: told of what is found.
        clock: where to begin.
        reads: how the record is read.
    """

    def __init__(self, store: Store, reading: Reading, bus: Bus, clock: Clock, reads: Reads) -> None:
        self._store, self._reading, self._bus, self._clock, self._reads = store, reading, bus, clock, reads
        self._interval = INTERVALS[store.dialect]
        self._is_file = store.dialect == "sqlite"
        self._connection: Any = None
        self._version: int | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call it in the event loop."""
        self._task = asyncio.get_running_loop().create_task(self._look())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._reads.done()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _look(self) -> None:
        since = self._clock.now()
        while True:
            await asyncio.sleep(self._interval)
            began = self._clock.now()
            if self._bus.watched_here:
                try:
                    changes = await self._reads.run(self._changes, since - LOOK_BACK)
                except StorageError as error:
                    logger.debug("Nothing can be looked for: %s", error)
                    continue
                if changes:
                    self._bus.tell(changes)
            since = began

    def _changes(self, since: int) -> list[Change]:
        if self._is_file and not self._was_written():
            return []
        runs = arrivals.flow_runs_since(self._reading, since, MOST_RUNS)
        found = [Change("flow_run", run.hex) for run in runs]
        if self._is_file:  # who wrote is unknown, and so is what; runs that are under way are what is written of
            live = arrivals.live_flow_runs(self._reading, MOST_RUNS)
            found += [Change(topic, run.hex) for run in live for topic in ("task_run", "log")]
            found.append(Change("event", ""))
        return found

    def _was_written(self) -> bool:
        """Whether any other connection has committed since the last look."""
        if self._connection is None:
            self._connection = self._store.open_reader()
        before = self._version
        self._version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return before is not None and before != self._version
