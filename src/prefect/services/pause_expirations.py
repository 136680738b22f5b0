"""Fails runs that were paused for longer than their pause allows."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from prefect.core.lifecycle.states import State, StateType
from prefect.core.ports import Clock
from prefect.core.times import to_micros
from prefect.orchestrator import flow_runs
from prefect.storage.keyed import due
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

BATCH = 200
MESSAGE = "The flow was paused and never resumed."


def tick(store: Store, clock: Clock) -> int:
    """Fail those whose time is up; returns how many. Costs no write where there are none."""
    count, last = 0, None
    while True:
        paused = partial(due.in_state, state_type="PAUSED", entered_before=clock.now(), most=BATCH, after=last)
        found = store.read(paused)
        over = [run_id for run_id in found if store.read(partial(_is_over, run_id=run_id, now=clock.now()))]
        count += sum(store.transact(partial(_fail, run_id=run_id, clock=clock)) for run_id in over)
        if len(found) < BATCH:
            return count
        last = found[-1]


def _is_over(tx: Transaction, run_id: UUID, now: int) -> bool:
    run = stored.load(tx, run_id)
    if run is None or run.state is None or run.state.type is not StateType.PAUSED:
        return False
    limit = run.state.state_details.pause_timeout
    return limit is not None and to_micros(limit) < now


def _fail(tx: Transaction, run_id: UUID, clock: Clock) -> bool:
    if not _is_over(tx, run_id, clock.now()):
        return False
    run = stored.load(tx, run_id)
    assert run is not None
    failed: State[object] = State(StateType.FAILED, message=MESSAGE, state_details={"deferred": False})
    return flow_runs.propose(tx, run, (failed,), run.attempt, clock, force=True).verdict.state is not None
