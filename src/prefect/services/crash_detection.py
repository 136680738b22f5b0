"""Finds runs whose process is gone and ends them as crashed, their tasks and slots with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.orchestrator import flow_runs
from prefect.orchestrator.flow_runs import LEASE_SECONDS
from prefect.orchestrator.lost_runs import is_lost
from prefect.storage.keyed import attempts
from prefect.storage.keyed import flow_runs as stored_flow_runs
from prefect.storage.keyed.attempts import Attempt
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

INTERVAL = 8.0


def tick_of_server() -> Callable[[Store, Clock], int]:
    """`tick` for a server that has just started.

    While there was none, nobody could renew a lease: for as long as a lease lasts, only what can be seen to be gone is.
    """
    started: list[int] = []

    def tick_in_time(store: Store, clock: Clock) -> int:
        if not started:
            started.append(clock.now())
        return tick(store, clock, clock.now() - started[0] > LEASE_SECONDS * SECOND)

    return tick_in_time


def tick(store: Store, clock: Clock, leases_count: bool = True) -> int:
    """Crash every run whose holder is gone; returns how many.

    Args:
        leases_count: whether a lease that ran out says that its holder is gone, where that cannot be seen.
    """
    now = clock.now()
    moment = now if leases_count else 0
    lost = [attempt for attempt in store.read(attempts.open_attempts) if is_lost(attempt, moment)]
    return sum(store.transact(partial(crash, attempt=attempt, clock=clock)) for attempt in lost)


def crash(tx: Transaction, attempt: Attempt, clock: Clock) -> bool:
    """End one run as crashed, unless it has moved on meanwhile; says whether it did."""
    run = stored_flow_runs.load(tx, attempt.run_id)
    if run is None:
        attempts.close_attempt(tx, attempt.run_id, attempt.number, clock.now())
        return False
    return flow_runs.crash_if_lost(tx, run, clock)
