"""Marks runs as Late that should have started by now."""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import Clock
from prefect.core.times import SECOND, to_datetime
from prefect.orchestrator import flow_runs
from prefect.storage.keyed import due
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

BATCH = 100


def tick(store: Store, clock: Clock, after_seconds: float = 15.0) -> int:
    """Mark those that are late by more than so many seconds; returns how many."""
    before = clock.now() - int(after_seconds * SECOND)
    if not store.read(lambda tx: due.overdue(tx, before, 1)):
        return 0
    return store.transact(lambda tx: _mark(tx, before, clock))


def _mark(tx: Transaction, before: int, clock: Clock) -> int:
    found = due.overdue(tx, before, BATCH)
    for run_id in found:
        run = stored.load(tx, run_id)
        if run is not None and run.next_scheduled_start is not None:
            details = {"scheduled_time": to_datetime(run.next_scheduled_start), "deferred": False}
            late: State[object] = State(StateType.SCHEDULED, "Late", state_details=details)
            flow_runs.propose(tx, run, (late,), run.attempt, clock)
    return len(found)
