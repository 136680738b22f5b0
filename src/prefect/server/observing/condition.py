"""How a server is: its version, its database, how large that is, and when its duties were last done."""

from __future__ import annotations

import os
import threading
from typing import Any

from prefect._version import __version__
from prefect.core.times import to_datetime
from prefect.orchestrator.explain import shown_process
from prefect.server.world import World
from prefect.services.descriptions import DESCRIPTIONS
from prefect.storage import leftovers, maintenance
from prefect.storage.keyed import claims
from prefect.storage.keyed.claims import LastPass
from prefect.storage.schema import SCHEMA_VERSION
from prefect.wire.objects.status import PREFECT_VERSION

KNOWN_SECONDS = 30.0
"""For so long sizes are good: to count a large SQLite file takes a while."""

Json = dict[str, Any]


class Condition:
    """What there is to say of one server."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._started = world.clock.now()
        self._lock = threading.Lock()
        self._known: tuple[Json, float] | None = None

    def json(self) -> Json:
        """All of it, as the API shows it."""
        world, now = self._world, self._world.clock.now()
        problem = world.problem()
        return {
            "version": __version__,
            "prefect_version": PREFECT_VERSION,
            "process": shown_process(world.store.process),
            "pid": os.getpid(),
            "started": to_datetime(self._started),
            "ready": problem is None,
            "problem": problem,
            "record": {
                "place": world.store.place.strip("'"),
                "kind": world.store.dialect,
                "schema_version": SCHEMA_VERSION,
                "backlog": world.store.backlog,
                **(self._sizes() if problem is None else {"bytes": None, "tables": [], "oldest": {}}),
            },
            "services": self._services(now) if problem is None else [],
        }

    def _sizes(self) -> Json:
        with self._lock:
            clock = self._world.clock
            if self._known is None or clock.monotonic() >= self._known[1]:
                self._known = (self._measured(), clock.monotonic() + KNOWN_SECONDS)
            return self._known[0]

    def _measured(self) -> Json:
        found = maintenance.sizes(self._world.store)
        known = [size.bytes for size in found if size.bytes is not None]
        oldest = leftovers.oldest(self._world.store)
        return {
            "bytes": sum(known) if known else None,
            "tables": [{"name": size.table, "rows": size.rows, "bytes": size.bytes} for size in found if size.rows],
            "oldest": {table: to_datetime(moment) for table, moment in oldest.items()},
        }

    def _services(self, now: int) -> list[Json]:
        """Each duty with its last pass: of this process, or of whichever replica made it."""
        services = self._world.services
        shared = {last.name: last for last in self._world.store.read(claims.last_passes)}
        duties = {} if services is None else {duty.name: duty.interval for duty in services.duties}
        names = sorted({*duties, *shared, *DESCRIPTIONS})
        return [self._service(name, duties.get(name), shared.get(name)) for name in names]

    def _service(self, name: str, interval: float | None, shared: LastPass | None) -> Json:
        services = self._world.services
        own = None if services is None else services.passes.get(name)
        known = DESCRIPTIONS.get(name)
        last = max(
            (moment for moment in (own and own.began, shared and shared.updated) if moment is not None), default=None
        )
        return {
            "name": name,
            "description": "" if known is None else known.text,
            "performed_here": interval is not None,
            "interval": interval,
            "last_pass": None if last is None else to_datetime(last),
            "by": None if shared is None else shown_process(shared.holder),
            "seconds": None if own is None else own.seconds,
            "error": None if own is None else own.error,
        }
