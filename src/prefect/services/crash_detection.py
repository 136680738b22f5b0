"""Finds runs whose process is gone and ends them as crashed, their tasks and slots with them."""

from __future__ import annotations

from prefect.core.ports import Clock
from prefect.orchestrator import flow_runs
from prefect.orchestrator.lost_runs import is_lost
from prefect.storage.keyed import attempts
from prefect.storage.keyed import flow_runs as stored_flow_runs
from prefect.storage.keyed.attempts import Attempt
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

INTERVAL = 8.0


def tick(store: Store, clock: Clock) -> int:
    """Crash every run whose holder is gone; returns how many."""
    now = clock.now()
    lost = [attempt for attempt in store.read(attempts.open_attempts) if is_lost(attempt, now)]
    return sum(store.transact(lambda tx, attempt=attempt: crash(tx, attempt, clock)) for attempt in lost)  # type: ignore[misc]


def crash(tx: Transaction, attempt: Attempt, clock: Clock) -> bool:
    """End one run as crashed, unless it has moved on meanwhile; says whether it did."""
    run = stored_flow_runs.load(tx, attempt.run_id)
    if run is None:
        attempts.close_attempt(tx, attempt.run_id, attempt.number, clock.now())
        return False
    return flow_runs.crash_if_lost(tx, run, clock)
