"""Finds runs whose process is gone and ends them as crashed, their tasks and slots with them.

On the holder's own machine the process itself is looked at; elsewhere an expired lease says as much. A process that is
alive keeps its run, however late its heartbeat.
"""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import Clock
from prefect.orchestrator import flow_runs
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import attempts
from prefect.storage.keyed.attempts import Attempt
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

INTERVAL = 8.0


def tick(store: Store, clock: Clock) -> int:
    """Crash every run whose holder is gone; returns how many."""
    now = clock.now()
    lost = [attempt for attempt in store.read(attempts.open_attempts) if is_lost(attempt, now)]
    return sum(store.transact(lambda tx, attempt=attempt: crash(tx, attempt, clock)) for attempt in lost)  # type: ignore[misc]


def is_lost(attempt: Attempt, now: int) -> bool:
    """Whether nobody runs the attempt any more."""
    gone = is_gone(attempt.holder)
    return attempt.expires < now if gone is None else gone


def crash(tx: Transaction, attempt: Attempt, clock: Clock) -> bool:
    """End one run as crashed, unless it has moved on meanwhile; says whether it did."""
    current = attempts.live_attempt(tx, attempt.run_id)
    if current is None or current.number != attempt.number or current.holder != attempt.holder:
        return False
    pid = attempt.holder.split("/")[-2]
    message = f"The process that ran this flow (pid {pid} on {attempt.holder.split('/')[0]}) ended without reporting."
    state: State[object] = State.at(clock.now(), StateType.CRASHED, "Crashed", message)
    flow_runs.propose_by_id(tx, attempt.run_id, (state,), attempt.number, clock, force=False)
    attempts.close_attempt(tx, attempt.run_id, attempt.number, clock.now())
    return True
