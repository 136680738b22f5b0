"""Flow runs of clients of the API: made and taken from state to state, each within one transaction.

Such a client has no attempts and renews no lease. An attempt that its RUNNING opens is held by nobody in particular and
does not lapse by itself; what is heard of the run later, such as a heartbeat, may give it an end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from prefect.core.lifecycle import progress
from prefect.core.lifecycle.effects import (
    ChangePolicy,
    Effect,
    GiveBackDeploymentSlot,
    OpenAttempt,
    SameTry,
    TakeDeploymentSlot,
)
from prefect.core.lifecycle.policies import API_FLOW_RUNS
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import DeploymentSlot, Proposal, RunFacts, Verdict, judge
from prefect.core.ports import Clock, FlowRunRequest, Transition
from prefect.exceptions import ObjectAlreadyExists
from prefect.orchestrator import events
from prefect.orchestrator import flow_runs as deciding
from prefect.orchestrator.acting import acting_for
from prefect.orchestrator.lost_runs import CLIENT, is_lost
from prefect.orchestrator.requests import holding, task_runs
from prefect.orchestrator.requests.answering import note_answer
from prefect.orchestrator.requests.results import note_result
from prefect.storage.keyed import attempts, flow_runs, slots
from prefect.storage.keyed.runs import surroundings
from prefect.storage.transaction import Transaction
from prefect.utilities.records import evolve


def create(tx: Transaction, request: FlowRunRequest, clock: Clock) -> tuple[FlowRun, bool]:
    """The flow run of the request in the state requested, whatever that is, and whether it is new.

    It has the labels of its flow and deployment besides its own. Raises ObjectAlreadyExists if there is no such flow.
    """
    flow_labels = None if request.flow_id is None else surroundings.flow_labels(tx, request.flow_id)
    if flow_labels is None:
        raise ObjectAlreadyExists(f"There is no flow {request.flow_id} to run; create it first.")
    deployment = {} if request.deployment_id is None else surroundings.deployment_labels(tx, request.deployment_id)
    parent = request.parent_flow_run_id
    if parent is None and request.parent_task_run_id is not None:
        parent = surroundings.flow_run_of_task(tx, request.parent_task_run_id)
    labels = {**flow_labels, **deployment, **request.labels}
    run = deciding.made(tx, evolve(request, labels=labels, parent_flow_run_id=parent), clock)
    if run.state is None:
        propose(tx, run, request.state, True, clock)
    return run, run.id == request.id


def set_state(tx: Transaction, run_id: UUID, state: State[object], force: bool, clock: Clock) -> Transition | None:
    """What becomes of a state that a client proposes; None if there is no such run."""
    run = flow_runs.load(tx, run_id)
    return None if run is None else propose(tx, run, state, force, clock)


def propose(tx: Transaction, run: FlowRun, state: State[object], force: bool, clock: Clock) -> Transition:
    """The verdict on a client's proposal and the run as it then stands."""
    return acting_for(CLIENT, lambda inner: _propose(inner, run, state, force, clock))(tx)


def _propose(tx: Transaction, run: FlowRun, state: State[object], force: bool, clock: Clock) -> Transition:
    now = clock.now()
    state.stamp(now)
    attempt = run.attempt + 1 if _begins(run, state) else run.attempt
    proposal = Proposal(_facts(tx, run, state, clock), state, attempt, now, force)
    verdict = judge(proposal, API_FLOW_RUNS)
    if verdict.state is not None:
        note_answer(run, state, verdict.state)
        _commit(tx, run, verdict, attempt, now)
    return Transition(verdict, run)


def _begins(run: FlowRun, proposed: State[object]) -> bool:
    """Whether a state begins a further attempt; a pause in the process belongs to the attempt it is in."""
    if proposed.type is not StateType.RUNNING:
        return False
    current = run.state
    if current is None or current.type is not StateType.PAUSED:
        return current is None or current.type is not StateType.RUNNING
    return bool(current.detail_facts().get("pause_reschedule"))


def _facts(tx: Transaction, run: FlowRun, proposed: State[object], clock: Clock) -> RunFacts:
    now, policy = clock.now(), run.empirical_policy or {}
    return RunFacts(
        state=run.state,
        answered=run.answered,
        attempt=run.attempt,
        run_count=run.run_count,
        retries=run.retries,
        retry_delay=run.retry_delay,
        lease_live=run.attempt > 0 and _held_by_engine(tx, run, now),
        fired_pauses=_fired(policy),
        run_id=run.id,
        spare=clock.new_id(),
        deployed=run.deployment_id is not None,
        called=run.parent_task_run_id is not None,
        infrastructure=run.infrastructure_pid is not None,
        resuming=bool(policy.get("resuming")),
        deployment_slot=_slot(tx, run.deployment_id, now) if proposed.type is StateType.PENDING else None,
    )


def _slot(tx: Transaction, deployment_id: UUID | None, now: int) -> DeploymentSlot | None:
    return None if deployment_id is None else holding.deployment_slot(tx, deployment_id, now)


def _fired(policy: Mapping[str, object]) -> frozenset[str]:
    keys = policy.get("pause_keys")
    return frozenset(map(str, keys)) if isinstance(keys, list) else frozenset()


def _held_by_engine(tx: Transaction, run: FlowRun, now: int) -> bool:
    """Whether a process that renews its lease is running the run."""
    live = attempts.live_attempt(tx, run.id)
    return live is not None and live.holder != CLIENT and not is_lost(live, now)


def _commit(tx: Transaction, run: FlowRun, verdict: Verdict, attempt: int, now: int) -> None:
    state, previous = verdict.state, run.state
    assert state is not None
    if state.type is StateType.RUNNING:
        run.attempt = max(run.attempt, attempt)
    progress.enter_by_request(run, state, SameTry() not in verdict.effects)
    run.next_scheduled_start = progress.due(state)
    flow_runs.enter(tx, run, state, verdict.reason, None)
    note_result(tx, state, run.id, None)
    events.flow_run_entered(tx, run, previous, state, now)
    task_runs.tell_parent(tx, run, state, now)
    for effect in verdict.effects:
        _perform(tx, run, effect, now)


def _perform(tx: Transaction, run: FlowRun, effect: Effect, now: int) -> None:
    match effect:
        case OpenAttempt(number):
            attempts.open_attempt(tx, run.id, number, now, slots.FOREVER)
        case ChangePolicy(changes):
            change_policy(tx, run, changes, now)
        case TakeDeploymentSlot(lease) if run.deployment_id is not None:
            holding.take_deployment_slot(tx, run.deployment_id, lease, run.id, now)
        case GiveBackDeploymentSlot(UUID() as lease):
            slots.release(tx, lease, now)
        case _:
            deciding.perform(tx, run, effect, now)


def change_policy(tx: Transaction, run: FlowRun, changes: Mapping[str, object], now: int) -> None:
    """Note in the run's policy what its next decisions rest on."""
    known = run.empirical_policy or {"retries": run.retries, "retry_delay": int(run.retry_delay)}
    changed = {**known, **changes}
    if any((known.get(name) or None) != (value or None) for name, value in changes.items()):
        flow_runs.change(tx, run.id, {"empirical_policy": json.dumps(changed)}, now)
        run.empirical_policy = changed
