"""Creating flow runs and deciding their transitions, each within one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast
from uuid import UUID

from prefect.core.lifecycle import progress
from prefect.core.lifecycle.effects import (
    CloseAttempt,
    CrashTasks,
    DropReplay,
    Effect,
    OpenAttempt,
    ReleaseSlots,
)
from prefect.core.lifecycle.policies import FLOW_RUN_CONSEQUENCES, FLOW_RUN_RULES
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import Proposal, RunFacts, Verdict, decide
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.ports import Clock, FlowRunRequest, Transition
from prefect.core.times import SECOND
from prefect.exceptions import ObjectNotFound
from prefect.orchestrator import events
from prefect.orchestrator.lost_runs import crashed_state, is_lost
from prefect.storage.keyed import attempts, calls, flow_runs, flows, slots
from prefect.storage.transaction import Transaction

LEASE_SECONDS = 25.0
"""How long a run is taken to be alive after its process last said so."""


def create(tx: Transaction, request: FlowRunRequest, clock: Clock) -> FlowRun:
    """The flow run of the request, made if it is new, in the state requested."""
    run = made(tx, request, clock)
    if run.state is None:
        propose(tx, run, (request.state,), run.attempt, clock)
    return run


def made(tx: Transaction, request: FlowRunRequest, clock: Clock) -> FlowRun:
    """The flow run of the request, in no state yet if it is new. Raises ObjectNotFound if its flow does not exist."""
    now = clock.now()
    flow_id = _flow_of(tx, request, clock)
    if request.idempotency_key is not None:
        known = flow_runs.load_by_idempotency_key(tx, flow_id, request.idempotency_key)
        if known is not None:
            return known
    flow_runs.insert(tx, request, flow_id, now)
    run = flow_runs.load(tx, request.id)
    if run is None and request.idempotency_key is not None:  # somebody else was faster with that key
        run = flow_runs.load_by_idempotency_key(tx, flow_id, request.idempotency_key)
    if run is None:
        raise ObjectNotFound(f"Flow run {str(request.id)!r} not found.")
    return run


def _flow_of(tx: Transaction, request: FlowRunRequest, clock: Clock) -> bytes:
    """The flow that the run is to be of. Raises ObjectNotFound for an id that no flow has."""
    if request.flow_id is None:
        tags = json.dumps(list(request.flow_tags))
        return flow_runs.ensure_flow(tx, request.flow_name, clock.new_id(), tags, clock.now())
    if not flows.exists(tx, request.flow_id):
        raise ObjectNotFound(f"Flow {str(request.flow_id)!r} not found.")
    return request.flow_id.bytes


def begin(tx: Transaction, request: FlowRunRequest, states: Sequence[State[object]], clock: Clock) -> Transition:
    """Create the run and take it through its first states."""
    run = create(tx, request, clock)
    left = not_yet_entered(run, states)
    return propose(tx, run, left, max(run.attempt, 1), clock) if left else _entered_before(run)


def propose_by_id(
    tx: Transaction, run_id: UUID, states: Sequence[State[object]], attempt: int, clock: Clock, force: bool
) -> Transition:
    """`propose` for the run of that id. Raises ObjectNotFound."""
    run = _load(tx, run_id)
    left = not_yet_entered(run, states)
    if not left:
        return _entered_before(run)
    if attempt > run.attempt:
        crash_if_lost(tx, run, clock)
    return propose(tx, run, left, attempt, clock, force)


def not_yet_entered(run: FlowRun, states: Sequence[State[object]]) -> Sequence[State[object]]:
    """What is left of proposed states when an answer was lost and they are proposed again."""
    current = None if run.state is None else run.state.detail_facts().get("transition_id")
    if current is None:
        return states
    known = [state.detail_facts().get("transition_id") for state in states]
    return states[known.index(current) + 1 :] if current in known else states


def _entered_before(run: FlowRun) -> Transition:
    """The answer that was lost: the run is where the proposal took it."""
    return Transition(Verdict(Outcome.ACCEPT, run.state), run)


def crash_if_lost(tx: Transaction, run: FlowRun, clock: Clock) -> bool:
    """End the run's attempt as crashed if its process is gone; says whether it did."""
    attempt = attempts.live_attempt(tx, run.id)
    now = clock.now()
    if attempt is None or not is_lost(attempt, now):
        return False
    propose(tx, run, (crashed_state(attempt, now, LEASE_SECONDS),), attempt.number, clock)
    attempts.close_attempt(tx, run.id, attempt.number, now)
    return True


def propose(
    tx: Transaction,
    run: FlowRun,
    states: Sequence[State[object]],
    attempt: int,
    clock: Clock,
    force: bool = False,
) -> Transition:
    """Propose states in order until one is not accepted; the last verdict and the run as it then stands."""
    verdict = Verdict(Outcome.ACCEPT)
    for state in states:
        state.stamp(clock.now())
        proposal = Proposal(_facts(tx, run, state, attempt, clock.now()), state, attempt, clock.now(), force)
        verdict = decide(proposal, FLOW_RUN_RULES, FLOW_RUN_CONSEQUENCES)
        if verdict.state is not None:
            keep_mark(state, verdict.state)
            _commit(tx, run, verdict, attempt, proposal.now)
        if verdict.outcome is not Outcome.ACCEPT:
            break
    return Transition(verdict, run)


def keep_mark(proposed: State[object], entered: State[object]) -> None:
    """A state that takes the proposed one's place is known by the same transition."""
    mark = proposed.detail_facts().get("transition_id")
    if mark is not None and entered is not proposed:
        entered.state_details.transition_id = cast(UUID, mark)


def _load(tx: Transaction, run_id: UUID) -> FlowRun:
    run = flow_runs.load(tx, run_id)
    if run is None:
        raise ObjectNotFound(f"Flow run {str(run_id)!r} not found.")
    return run


def _facts(tx: Transaction, run: FlowRun, proposed: State[object], attempt: int, now: int) -> RunFacts:
    pauses = proposed.type is StateType.PAUSED
    return RunFacts(
        state=run.state,
        attempt=run.attempt,
        run_count=run.run_count,
        retries=run.retries,
        retry_delay=run.retry_delay,
        lease_live=run.attempt > 0 and _lease_live(tx, run, attempt, now),
        fired_pauses=flow_runs.fired_pauses(tx, run.id) if pauses else frozenset(),
    )


def _lease_live(tx: Transaction, run: FlowRun, attempt: int, now: int) -> bool:
    """Whether another process, or an earlier attempt in this one, is running the run."""
    live = attempts.live_attempt(tx, run.id)
    if live is None or (live.holder == tx.process and live.number == attempt):
        return False
    return not is_lost(live, now)


def _commit(tx: Transaction, run: FlowRun, verdict: Verdict, attempt: int, now: int) -> None:
    state = verdict.state
    assert state is not None
    if state.type is StateType.RUNNING:
        run.attempt = max(run.attempt, attempt)
    previous, run.answered = run.state, None
    progress.enter(run, state)
    scheduled = state.type is StateType.SCHEDULED
    run.next_scheduled_start = progress.due(state) or state.moment if scheduled else None
    flow_runs.enter(tx, run, state, verdict.reason, None)
    events.flow_run_entered(tx, run, previous, state, now)
    for effect in verdict.effects:
        perform(tx, run, effect, now)


def perform(tx: Transaction, run: FlowRun, effect: Effect, now: int) -> None:
    """Carry out what a transition makes happen; `now` is the moment of the decision, whatever the clock of who asked."""
    match effect:
        case OpenAttempt(number):
            attempts.open_attempt(tx, run.id, number, now, now + int(LEASE_SECONDS * SECOND))
            if run.deployment_id is not None:
                slots.adopt(tx, run.id)
        case CloseAttempt(number):
            attempts.close_attempt(tx, run.id, number, now)
        case ReleaseSlots(_):
            slots.release_run(tx, run.id, now)
            slots.release_tasks_of(tx, run.id, now)
        case CrashTasks(number, message):
            calls.crash_open_tasks(tx, run.id, number, message, now)
        case DropReplay():
            calls.drop_stored_replays(tx, run.id)
