"""Task runs of clients of the API: made and taken from state to state, each within one transaction.

The flow run around a task run is looked at, not held: a task that starts in the moment in which its flow run is stopped
is like one that started just before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast
from uuid import UUID

from prefect.core.lifecycle import progress
from prefect.core.lifecycle.effects import CountAnew, Effect, KeepInCache, NoteFlowRunTry, ReleaseSlots, TakeTagSlots
from prefect.core.lifecycle.policies import API_TASK_RUNS
from prefect.core.lifecycle.runs import FlowRun, TaskRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.transitions import FlowRunFacts, Proposal, RunFacts, Verdict, judge
from prefect.core.ports import Clock
from prefect.exceptions import ObjectAlreadyExists
from prefect.orchestrator.acting import acting_for
from prefect.orchestrator.lost_runs import CLIENT
from prefect.orchestrator.requests import holding
from prefect.orchestrator.requests.answering import note_answer
from prefect.orchestrator.requests.results import note_result
from prefect.storage.keyed import flow_runs as stored_flow_runs
from prefect.storage.keyed import slots
from prefect.storage.keyed.runs import task_runs
from prefect.storage.keyed.runs.task_runs import NewTaskRun
from prefect.storage.transaction import Transaction


class TaskTransition(NamedTuple):
    """A verdict together with the task run as it stands after it."""

    verdict: Verdict
    run: TaskRun


def create(tx: Transaction, new: NewTaskRun, state: State[object], clock: Clock) -> tuple[TaskRun, bool]:
    """The task run with these keys in its flow run, made in that state if it is new, and whether it is.

    Raises ObjectAlreadyExists if its id is that of another one, or its flow run does not exist.
    """
    around = None if new.flow_run_id is None else stored_flow_runs.load(tx, new.flow_run_id)
    if new.flow_run_id is not None and around is None:
        raise ObjectAlreadyExists(f"There is no flow run {new.flow_run_id} for the task run; create it first.")
    known = task_runs.by_keys(tx, new.flow_run_id, new.task_key, new.dynamic_key)
    if known is not None:
        return known, False
    if around is not None:
        own = {"prefect.flow.id": str(around.flow_id), "prefect.flow-run.id": str(around.id)}
        new = new._replace(labels={**around.labels, **new.labels, **own})
    if not task_runs.insert(tx, new, clock.now()):
        raise ObjectAlreadyExists(f"Task run {new.id} exists already, with other keys; give the new one another id.")
    run = task_runs.load(tx, new.id)
    assert run is not None
    propose(tx, run, state, True, clock)
    return run, True


def set_state(tx: Transaction, run_id: UUID, state: State[object], force: bool, clock: Clock) -> TaskTransition | None:
    """What becomes of a state that a client proposes; None if there is no such task run."""
    run = task_runs.load(tx, run_id)
    return None if run is None else propose(tx, run, state, force, clock)


def propose(tx: Transaction, run: TaskRun, state: State[object], force: bool, clock: Clock) -> TaskTransition:
    """The verdict on a client's proposal and the task run as it then stands."""
    return acting_for(CLIENT, lambda inner: _propose(inner, run, state, force, clock.now()))(tx)


def _propose(tx: Transaction, run: TaskRun, state: State[object], force: bool, now: int) -> TaskTransition:
    state.stamp(now)
    proposal = Proposal(_facts(tx, run, state, now), state, run.attempt, now, force)
    verdict = judge(proposal, API_TASK_RUNS)
    if verdict.state is not None:
        note_answer(run, state, verdict.state)
        _commit(tx, run, verdict, now)
    return TaskTransition(verdict, run)


def tell_parent(tx: Transaction, child: FlowRun, state: State[object], now: int) -> None:
    """Have the task run that a flow run stands for in its parent enter the same state, if it is on record."""
    run = None if child.parent_task_run_id is None else task_runs.load(tx, child.parent_task_run_id)
    if run is None:
        return
    facts = {name: value for name, value in state.detail_facts().items() if name not in _OWN}
    details = StateDetails(**{**facts, "child_flow_run_id": child.id})
    copied: State[object] = State.at(now, state.type, state.name, state.message, state.data, details)
    _propose(tx, run, copied, True, now)


_OWN = frozenset({"flow_run_id", "task_run_id"})


def _facts(tx: Transaction, run: TaskRun, proposed: State[object], now: int) -> RunFacts:
    if proposed.type is not StateType.RUNNING:  # nothing else rests on what is around
        delays = _delays(run.policy)
        return RunFacts(
            run.state, run.attempt, run.run_count, _retries(run.policy), retry_delays=delays, answered=run.answered
        )
    key = proposed.detail_facts().get("cache_key")
    tags = holding.tag_slots(tx, run.tags, now)
    return RunFacts(
        state=run.state,
        answered=run.answered,
        attempt=run.attempt,
        run_count=run.run_count,
        run_id=run.id,
        flow_run=_around(tx, run.flow_run_id),
        full_tags=tags.full,
        forbidden_tag=tags.forbidden,
        cached=task_runs.kept(tx, str(key), now) if key else None,
    )


def _around(tx: Transaction, flow_run_id: UUID | None) -> FlowRunFacts | None:
    return None if flow_run_id is None else stored_flow_runs.facts(tx, flow_run_id)


def _retries(policy: Mapping[str, object]) -> int:
    return int(cast(int, policy.get("retries") or policy.get("max_retries") or 0))


def _delays(policy: Mapping[str, object]) -> Sequence[float]:
    delay = policy.get("retry_delay") or policy.get("retry_delay_seconds") or 0
    return [float(each) for each in delay] if isinstance(delay, list) else [float(cast(float, delay))]


def _commit(tx: Transaction, run: TaskRun, verdict: Verdict, now: int) -> None:
    state = verdict.state
    assert state is not None
    if CountAnew() in verdict.effects:
        run.run_count = 0
    for effect in verdict.effects:
        if isinstance(effect, NoteFlowRunTry):
            run.flow_run_run_count = effect.number
    progress.enter_by_request(run, state)
    task_runs.enter(tx, run, state)
    note_result(tx, state, run.flow_run_id, run.id)
    for effect in verdict.effects:
        _perform(tx, run, effect, now)


def _perform(tx: Transaction, run: TaskRun, effect: Effect, now: int) -> None:
    match effect:
        case TakeTagSlots() if run.tags:
            holding.take_tag_slots(tx, run.tags, run.id, now)
        case ReleaseSlots(_) if run.tags:
            slots.release_run(tx, run.id, now)
        case KeepInCache(key, expires):
            task_runs.keep(tx, key, run, expires, now)
        case _:
            pass
