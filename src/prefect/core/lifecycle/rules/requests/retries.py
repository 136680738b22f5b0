"""Runs that fail are tried again while their policy has tries left."""

from __future__ import annotations

from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, replace_with
from prefect.core.times import LATEST, SECOND, to_datetime

AWAITING = "AwaitingRetry"


def retry_failed_flow_runs(proposal: Proposal) -> Verdict | None:
    """Replace FAILED by AwaitingRetry while a running flow run was tried no more than `retries` times."""
    return _again(proposal, proposal.facts.retry_delay) if _fails_with_tries_left(proposal) else None


def retry_failed_task_runs(proposal: Proposal) -> Verdict | None:
    """The same for task runs, which may have a delay for each try and may not be worth another."""
    facts = proposal.facts
    if not _fails_with_tries_left(proposal) or proposal.proposed.detail_facts().get("retriable") is False:
        return None
    delays = facts.retry_delays or (facts.retry_delay,)
    return _again(proposal, delays[min(max(facts.run_count, 1), len(delays)) - 1])


def _fails_with_tries_left(proposal: Proposal) -> bool:
    facts = proposal.facts
    running = facts.state is not None and facts.state.type is StateType.RUNNING
    return running and proposal.proposed.type is StateType.FAILED and facts.run_count <= facts.retries


def _again(proposal: Proposal, delay: float) -> Verdict:
    due = min(max(proposal.now + int(delay * SECOND), 0), LATEST)
    details = StateDetails(scheduled_time=to_datetime(due))
    proposed = proposal.proposed
    state: State[object] = State.at(
        proposal.now, StateType.SCHEDULED, AWAITING, proposed.message, proposed.data, details
    )
    return replace_with(state, "Retrying")


def name_further_tries(proposal: Proposal, entered: State[object]) -> State[object]:
    """A task run that runs once more is Retrying if it had failed, or ended within a flow run, and Rerunning otherwise."""
    current = proposal.facts.state
    if entered.type is not StateType.RUNNING or current is None:
        return entered
    ended = current.type in TERMINAL_STATES
    if ended and proposal.facts.flow_run is None:
        return entered
    if ended or (proposal.facts.run_count and current.name == AWAITING):
        return entered.model_copy(update={"name": "Retrying"})
    return entered.model_copy(update={"name": "Rerunning"}) if proposal.facts.run_count else entered
