"""A failed run whose policy has retries left is tried again."""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, replace_with
from prefect.core.times import LATEST, SECOND, to_datetime


def retry_failed_runs(proposal: Proposal) -> Verdict | None:
    """Replace FAILED by AwaitingRetry while the run was tried no more than `retries` times.

    Only of a run that is running: its process then tries again. Nobody would, once it is reported failed by others.
    """
    facts = proposal.facts
    if facts.state is None or facts.state.type is not StateType.RUNNING:
        return None
    if proposal.proposed.type is not StateType.FAILED or facts.run_count > facts.retries:
        return None
    if proposal.proposed.detail_facts().get("retriable") is False:
        return None
    due = min(proposal.now + int(facts.retry_delay * SECOND), LATEST)
    details = StateDetails(scheduled_time=to_datetime(due))
    state: State[object] = State.at(
        proposal.now, StateType.SCHEDULED, "AwaitingRetry", proposal.proposed.message, details=details
    )
    return replace_with(state, "Retrying")
