"""Only what runs can be paused, and it goes on within the time that the pause was given."""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, reject, replace_with
from prefect.core.times import to_micros

_GOES_ON = frozenset({StateType.SCHEDULED, StateType.RUNNING, StateType.COMPLETED, StateType.FAILED})


def pause_only_what_runs(proposal: Proposal) -> Verdict | None:
    """Refuse PAUSED for a run that is not RUNNING."""
    current = proposal.facts.state
    if proposal.proposed.type is not StateType.PAUSED or current is None or current.type is StateType.RUNNING:
        return None
    return reject("Cannot pause flows that are not currently running.")


def pause_once(proposal: Proposal) -> Verdict | None:
    """Refuse PAUSED by a key that the run was paused by before: what runs again goes through each pause once."""
    if proposal.proposed.type is not StateType.PAUSED:
        return None
    key = proposal.proposed.detail_facts().get("pause_key")
    return reject("This pause has already fired.") if key in proposal.facts.fired_pauses else None


def resume_before_starting(proposal: Proposal) -> Verdict | None:
    """Refuse PENDING for a paused run: it is resumed where it waits (RUNNING), or scheduled again."""
    current = proposal.facts.state
    if current is None or current.type is not StateType.PAUSED or proposal.proposed.type is not StateType.PENDING:
        return None
    return reject("This run cannot transition to the PENDING state from the PAUSED state.")


def end_overdue_pauses(proposal: Proposal) -> Verdict | None:
    """A paused run that is resumed, or ends, after its pause timed out has failed instead."""
    current = proposal.facts.state
    if current is None or current.type is not StateType.PAUSED or proposal.proposed.type not in _GOES_ON:
        return None
    limit = current.state_details.pause_timeout
    if limit is None or to_micros(limit) >= proposal.now:
        return None
    message = f"The flow was {proposal.proposed.name.lower()} and never resumed."
    failed: State[object] = State.at(proposal.now, StateType.FAILED, "Failed", message)
    return replace_with(failed, "The flow run pause has timed out and can no longer resume.")
