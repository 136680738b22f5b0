"""Cuts the record by age, a little at a time, so that it stops growing.

A round goes through everything that is cut: old events, log lines and history, flow runs where that is wanted, and once
in a while rows whose run is gone. A pass does a bounded part of a round; rounds follow each other at an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.storage import leftovers, maintenance
from prefect.storage.store import Store

INTERVAL = 20.0
PASS_SECONDS = 1.0
"""How long one pass goes on, and the step that is being made then."""

BATCH = 200
ROWS_OF_A_RUN = 20
"""Log lines, states and events that are deleted with as little effort as one flow run."""


class Ages(NamedTuple):
    """How old things get; None is for ever."""

    events: timedelta | None = timedelta(days=7)
    named_events: Mapping[str, timedelta] = {}
    """Events of these names are kept for a shorter time."""

    logs: timedelta | None = timedelta(days=90)
    history: timedelta | None = timedelta(days=180)
    """States that runs have been in; a run's own row keeps its last."""

    audit: timedelta | None = timedelta(days=365)
    flow_runs: timedelta | None = None
    """Flow runs that have ended, with all that is recorded of them."""

    orphans: bool = True
    """Whether rows whose run is gone are looked for."""


NOTHING = Ages(None, {}, None, None, None, None, False)


class Rhythm(NamedTuple):
    """How often, and how much at once."""

    every: float = 3_600.0
    """Seconds between the beginnings of two rounds."""

    orphans_every: float = 86_400.0
    batch: int = BATCH
    """Flow runs that are deleted in one transaction; of other rows twenty times as many."""


class Step(NamedTuple):
    """One thing that is cut."""

    what: str
    cut: Callable[[], int]
    """Deletes a bounded number; 0 when nothing is left."""

    left: Callable[[], int]
    """How many there are to be cut."""


def steps(store: Store, ages: Ages, now: int, batch: int = BATCH) -> list[Step]:
    """Everything that is cut by age at a moment."""
    rows = batch * ROWS_OF_A_RUN
    made = [
        _by_age(store, table, age, now, rows)
        for table, age in (
            ("event", ages.events),
            ("event_resource", ages.events),
            ("log", ages.logs),
            ("task_run_state", ages.history),
            ("flow_run_state", ages.history),
            ("slot_history", ages.history),
            ("audit", ages.audit),
        )
        if age is not None
    ]
    for name, age in ages.named_events.items():
        if ages.events is None or age < ages.events:
            before = now - _micros(age)
            named = (store, name, before)
            made.append(
                Step(
                    f"event {name}",
                    partial(leftovers.prune_events_named, *named, rows),
                    partial(leftovers.count_events_named, *named),
                )
            )
    if ages.flow_runs is not None:
        before = now - _micros(ages.flow_runs)
        made += [
            Step(
                "flow_run",
                partial(maintenance.delete_flow_runs, store, before, batch),
                partial(leftovers.count_old_runs, store, before),
            ),
            Step("task_run", partial(maintenance.delete_task_runs, store, before, batch), lambda: 0),
        ]
    return made


def _by_age(store: Store, table: str, age: timedelta, now: int, rows: int) -> Step:
    before = now - _micros(age)
    return Step(
        table,
        partial(maintenance.prune, store, table, before, rows),
        partial(leftovers.count_old, store, table, before),
    )


def _micros(age: timedelta) -> int:
    return int(age.total_seconds() * SECOND)


def orphans(store: Store, now: int, rows: int = BATCH * ROWS_OF_A_RUN) -> Iterator[tuple[str, int]]:
    """Go through the record for rows whose run is gone; yields how many were deleted in each bounded part."""
    for table in leftovers.ORPHANS:
        after: bytes | None = b""
        while after is not None:
            deleted, after = leftovers.delete_orphans(store, table, after, now, rows)
            yield table, deleted


class Retention:
    """The duty: remembers where its round stands between two passes.

    Args:
        ages: what is cut.
        rhythm: how often, and how much at once.
    """

    def __init__(self, ages: Ages, rhythm: Rhythm) -> None:
        self._ages = ages
        self._rhythm = rhythm
        self._round: Iterator[int] | None = None
        self._next = float("-inf")
        self._next_orphans = float("-inf")

    def tick(self, store: Store, clock: Clock) -> int:
        """Go on with the round for a while, or begin the next one if it is time; returns how many rows are gone."""
        began, gone = clock.monotonic(), 0
        if self._round is None:
            if began < self._next:
                return 0
            self._next = began + self._rhythm.every
            self._round = self._go_through(store, clock)
        try:
            for count in self._round:
                gone += count
                if clock.monotonic() - began >= PASS_SECONDS:
                    return gone
        except BaseException:
            self._round, self._next = None, float("-inf")  # from the beginning, at the next pass
            raise
        self._round = None
        return gone

    def _go_through(self, store: Store, clock: Clock) -> Iterator[int]:
        for step in steps(store, self._ages, clock.now(), self._rhythm.batch):
            while gone := step.cut():
                yield gone
            yield 0
        if self._ages.orphans and clock.monotonic() >= self._next_orphans:
            self._next_orphans = clock.monotonic() + self._rhythm.orphans_every
            for _table, gone in orphans(store, clock.now(), self._rhythm.batch * ROWS_OF_A_RUN):
                yield gone
