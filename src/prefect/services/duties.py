"""The duties of a server: each a bounded pass and an interval; in several replicas, one of them makes each pass.

A replica claims a pass by moving the duty's row on to its next due moment. One that dies in the middle of a pass is
followed by whoever is there when the next is due; passes are small, and safe to make twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.services import (
    cancellation,
    crash_detection,
    late_runs,
    partitions,
    pause_expirations,
    readiness,
    slot_expiry,
)
from prefect.services.loop import ServiceLoop, Trouble
from prefect.services.retention import INTERVAL as RETENTION_INTERVAL
from prefect.services.retention import Retention
from prefect.storage.keyed import claims
from prefect.storage.store import Store

EARLY = 0.9
"""Share of the interval after which a duty is due again, so that a replica's next look does not miss it by a hair."""


class Duty(NamedTuple):
    """One background duty."""

    name: str
    interval: float
    """Seconds between two passes."""

    tick: Callable[[Store, Clock], int]
    """One bounded pass; returns how much it did."""


class Pass(NamedTuple):
    """The last pass of a duty that this process made."""

    began: int
    seconds: float
    done: int
    error: str | None
    number: int
    """How many this process has made."""


class ServerServices:
    """Runs duties, each in a thread of its own, until stopped.

    Args:
        duties: what there is to do.
        shared: whether other replicas may do the same, so that each pass is claimed.
    """

    def __init__(self, store: Store, clock: Clock, duties: Sequence[Duty], shared: bool) -> None:
        self.store = store
        self.clock = clock
        self.duties = tuple(duties)
        self.passes: dict[str, Pass] = {}
        """The last pass of each duty, by name."""

        self._shared = shared
        trouble = Trouble()
        self._loops = [ServiceLoop(duty.name, self._pass(duty), duty.interval, trouble) for duty in self.duties]

    def start(self) -> None:
        """Begin."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End after the passes that are being made."""
        for loop in self._loops:
            loop.stop(0.0)
        for loop in self._loops:
            loop.stop()

    def _pass(self, duty: Duty) -> Callable[[], int]:
        return lambda: self.perform(duty)

    def perform(self, duty: Duty) -> int:
        """Make one pass of a duty, if it is this replica's to make."""
        if self._shared and not self._claimed(duty):
            return 0
        began, start, done, problem = self.clock.now(), self.clock.monotonic(), 0, None
        try:
            done = duty.tick(self.store, self.clock)
        except Exception as error:
            problem = str(error) or type(error).__name__
            raise
        finally:
            known = self.passes.get(duty.name)
            number = 1 if known is None else known.number + 1
            self.passes[duty.name] = Pass(began, self.clock.monotonic() - start, done, problem, number)
        return done

    def _claimed(self, duty: Duty) -> bool:
        now = self.clock.now()
        again = now + int(duty.interval * EARLY * SECOND)
        return self.store.transact(lambda tx: claims.claim(tx, duty.name, now, again))


def standard_duties(
    late_after: float = 15.0,
    cancelling_timeout: float = 300.0,
    intervals: dict[str, float] | None = None,
    disabled: frozenset[str] = frozenset(),
    retention: Retention | None = None,
) -> list[Duty]:
    """The duties every server has.

    Args:
        late_after: seconds after which a run that has not started is late.
        cancelling_timeout: seconds after which a cancelled run is taken to have ended.
        intervals: seconds between passes, by duty, where they differ.
        disabled: names of duties that are not to be performed.
        retention: cuts what is old; nothing is cut without it.
    """
    every = [
        Duty("crash_detection", 3.0, crash_detection.tick_of_server()),
        Duty("slot_expiry", 5.0, lambda store, clock: slot_expiry.tick(store, clock.now())),
        Duty("late_runs", 5.0, lambda store, clock: late_runs.tick(store, clock, late_after)),
        Duty("pause_expirations", 5.0, pause_expirations.tick),
        Duty("work_readiness", 15.0, readiness.tick),
        Duty("cancellation", 5.0, lambda store, clock: cancellation.tick(store, clock, cancelling_timeout)),
        Duty("partitions", partitions.INTERVAL, partitions.tick),
    ]
    if retention is not None:
        every.append(Duty("retention", RETENTION_INTERVAL, retention.tick))
    chosen = intervals or {}
    return [duty._replace(interval=chosen.get(duty.name, duty.interval)) for duty in every if duty.name not in disabled]
