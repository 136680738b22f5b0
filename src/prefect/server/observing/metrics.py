"""The server's metrics for Prometheus: figures of the record, of this process, and of what it answered.

Asking for them is cheap: figures of the record are worked out once in some seconds, more rarely where that takes long, so
that they never cost more than a hundredth of the time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from prefect._version import __version__
from prefect.core.times import SECOND
from prefect.server.observing.readiness import Readiness
from prefect.server.observing.requests import BOUNDS, Requests, Timing
from prefect.server.world import World
from prefect.storage.keyed import figures
from prefect.storage.transaction import Transaction

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

KNOWN_SECONDS = 5.0
SHARE = 0.01
"""Of the time that figures of the record may cost."""

LATE_BOUNDS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
PREFIX = "headrace_"


class Figures(NamedTuple):
    """What the record says at a moment."""

    runs: dict[str, int]
    depths: list[figures.Depth]
    slots: list[figures.Slots]
    moment: int


class Metrics:
    """What Prometheus is told.

    Args:
        world: of this server.
        requests: what it answered.
        readiness: whether it can do its work.
    """

    def __init__(self, world: World, requests: Requests, readiness: Readiness) -> None:
        self._world = world
        self._readiness = readiness
        self._requests = requests
        self._lock = threading.Lock()
        self._known: tuple[Figures, float] | None = None
        self._started = world.clock.now()
        self._last_start = self._started
        self._late = [0] * (len(LATE_BOUNDS) + 1)
        self._late_seconds = 0.0
        self._registry: CollectorRegistry | None = None

    def text(self) -> tuple[bytes, str]:
        """All of them, and of which kind the text is. Raises StorageError."""
        with self._lock:
            self._look()
            if self._registry is None:
                import prometheus_client

                self._client = prometheus_client
                self._registry = self._client.CollectorRegistry()
                self._registry.register(self)
                self._client.ProcessCollector(registry=self._registry)
            text: bytes = self._client.generate_latest(self._registry)
        return text, str(self._client.CONTENT_TYPE_PLAIN_0_0_4)

    # --- the record

    def _look(self) -> Figures:
        """Figures that are fresh enough."""
        clock = self._world.clock
        if self._known is None or clock.monotonic() >= self._known[1]:
            began = clock.monotonic()
            found = self._world.store.read(self._ask)
            spent = clock.monotonic() - began
            self._known = (found, clock.monotonic() + max(KNOWN_SECONDS, spent / SHARE))
        return self._known[0]

    def _ask(self, tx: Transaction) -> Figures:
        now = self._world.clock.now()
        for start in figures.starts_since(tx, self._last_start):
            self._last_start = max(self._last_start, start.started)
            self._note_start(max(start.started - start.expected, 0) / SECOND)
        return Figures(figures.runs_by_state(tx), figures.queue_depths(tx, now), figures.slots(tx, now), now)

    def _note_start(self, seconds: float) -> None:
        place = next((n for n, bound in enumerate(LATE_BOUNDS) if seconds <= bound), len(LATE_BOUNDS))
        self._late[place] += 1
        self._late_seconds += seconds

    # --- as Prometheus has it

    def collect(self) -> Iterator[Metric]:
        """Every family; called by the registry."""
        from prometheus_client import core

        found = self._look()
        yield from self._of_runs(core, found)
        yield from self._of_slots(core, found)
        yield from self._of_duties(core)
        yield from self._of_process(core)
        yield self._of_requests(core)

    def _of_runs(self, core: ModuleType, found: Figures) -> Iterator[Metric]:
        runs = core.GaugeMetricFamily(f"{PREFIX}flow_runs", "Flow runs by type of state.", labels=["state"])
        for state, count in sorted(found.runs.items()):
            runs.add_metric([state.lower()], count)
        yield runs
        due = core.GaugeMetricFamily(
            f"{PREFIX}queue_due_flow_runs", "Flow runs that are due and not taken.", labels=["pool", "queue"]
        )
        late = core.GaugeMetricFamily(
            f"{PREFIX}queue_oldest_due_seconds", "For how long the first of them is due.", labels=["pool", "queue"]
        )
        for depth in found.depths:
            due.add_metric([depth.pool, depth.queue], depth.due)
            late.add_metric([depth.pool, depth.queue], max(found.moment - depth.oldest, 0) / SECOND)
        yield due
        yield late
        lateness = core.HistogramMetricFamily(
            f"{PREFIX}flow_run_lateness_seconds",
            "From the moment for which runs were scheduled until they ran, since this process began; every replica sees"
            " all runs.",
        )
        names = [*(f"{bound:g}" for bound in LATE_BOUNDS), "+Inf"]
        counts = [sum(self._late[: place + 1]) for place in range(len(names))]
        lateness.add_metric([], list(zip(names, counts, strict=True)), self._late_seconds)
        yield lateness

    def _of_slots(self, core: ModuleType, found: Figures) -> Iterator[Metric]:
        labels = ["kind", "limit"]
        families = {
            "held": core.GaugeMetricFamily(f"{PREFIX}slots_held", "Slots that are taken.", labels=labels),
            "slots": core.GaugeMetricFamily(f"{PREFIX}slots_limit", "Slots that there are.", labels=labels),
            "waiting": core.GaugeMetricFamily(f"{PREFIX}slots_waiting", "Who stands in line for them.", labels=labels),
        }
        for limit in found.slots:
            for name, family in families.items():
                family.add_metric([limit.kind, limit.name], getattr(limit, name))
        yield from families.values()

    def _of_duties(self, core: ModuleType) -> Iterator[Metric]:
        services = self._world.services
        labels = ["duty"]
        passes = core.CounterMetricFamily(f"{PREFIX}duty_passes", "Passes that this process made.", labels=labels)
        took = core.GaugeMetricFamily(f"{PREFIX}duty_pass_seconds", "How long the last one took.", labels=labels)
        when = core.GaugeMetricFamily(f"{PREFIX}duty_pass_timestamp_seconds", "When it began.", labels=labels)
        failing = core.GaugeMetricFamily(f"{PREFIX}duty_failing", "Whether it failed.", labels=labels)
        for name, last in {} if services is None else sorted(services.passes.items()):
            passes.add_metric([name], last.number)
            took.add_metric([name], last.seconds)
            when.add_metric([name], last.began / SECOND)
            failing.add_metric([name], int(last.error is not None))
        yield from (passes, took, when, failing)

    def _of_process(self, core: ModuleType) -> Iterator[Metric]:
        world = self._world
        info = core.InfoMetricFamily(f"{PREFIX}server", "What answers here.", value={"version": __version__})
        yield info
        ready = self._readiness.problem() is None
        figure = core.GaugeMetricFamily
        yield figure(f"{PREFIX}ready", "Whether the database can be used.", value=int(ready))
        yield figure(f"{PREFIX}recording_backlog", "Entries that are not written yet.", value=world.store.backlog)
        if self._readiness.commit_seconds is not None:
            text = "How long the last write took until it was safe."
            yield figure(f"{PREFIX}recording_lag_seconds", text, value=self._readiness.commit_seconds)
        if world.connections is not None:
            yield figure(f"{PREFIX}open_connections", "Connections that are open.", value=world.connections())
        yield figure(f"{PREFIX}live_watchers", "Who follows changes.", value=world.bus.watchers)

    def _of_requests(self, core: ModuleType) -> Metric:
        family = core.HistogramMetricFamily(
            f"{PREFIX}request_seconds",
            "From a request's head until its answer was made.",
            labels=["method", "route", "status"],
        )
        for (method, route, status), timing in sorted(self._requests.timings.items()):
            family.add_metric([method, route, str(status)], timing.cumulative(), timing.seconds)
        made: Metric = family
        return made


__all__ = ["BOUNDS", "Metrics", "Timing"]
