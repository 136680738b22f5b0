"""Brings cancellations to their end: of runs whose process is gone or does not react, and of what a cancelled run had called."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.orchestrator import flow_runs
from prefect.storage.keyed import due
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

BATCH = 100


def tick(store: Store, clock: Clock, timeout_seconds: float = 300.0) -> int:
    """End what has been cancelling for longer than that, and cancel what cancelled runs left; returns how many."""
    before = clock.now() - int(timeout_seconds * SECOND)
    stuck = store.read(lambda tx: due.in_state(tx, "CANCELLING", before, BATCH))
    left = store.read(lambda tx: due.children_left_by(tx, "CANCELLED", BATCH))
    for run_id in stuck:
        store.transact(partial(_end, run_id=run_id, message="It did not end in time when cancelled.", clock=clock))
    for run_id in left:
        store.transact(partial(_end, run_id=run_id, message="The run that called it was cancelled.", clock=clock))
    return len(stuck) + len(left)


def _end(tx: Transaction, run_id: UUID, message: str, clock: Clock) -> bool:
    run = stored.load(tx, run_id)
    if run is None or run.state is None or run.state.is_final():
        return False
    cancelled: State[object] = State(StateType.CANCELLED, message=message, state_details={"deferred": False})
    return flow_runs.propose(tx, run, (cancelled,), run.attempt, clock, force=True).verdict.state is not None
