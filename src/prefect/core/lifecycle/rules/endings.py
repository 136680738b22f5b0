"""A run that has ended, or is being cancelled, keeps to it."""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, reject, replace_with


def finish_cancelling(proposal: Proposal) -> Verdict | None:
    """From CANCELLING a run ends as CANCELLED, whatever its code reports; nothing else moves it on."""
    current = proposal.facts.state
    proposed = proposal.proposed
    if current is None or current.type is not StateType.CANCELLING:
        return None
    if proposed.type in (StateType.CANCELLED, StateType.CANCELLING):
        return None
    if not proposed.is_final():
        return abort("This run is being cancelled.")
    return replace_with(_cancelled(proposal), f"The run was being cancelled when it reported {proposed.name!r}.")


def cancel_what_nobody_runs(proposal: Proposal) -> Verdict | None:
    """A run that waits, with no process to be told, is cancelled at once."""
    current = proposal.facts.state
    if proposal.proposed.type is not StateType.CANCELLING or current is None or proposal.facts.lease_live:
        return None
    if current.type is StateType.SCHEDULED:
        return replace_with(_cancelled(proposal), "Scheduled flow run has no infrastructure to terminate.")
    if current.type is StateType.PAUSED and current.detail_facts().get("pause_reschedule"):
        return replace_with(_cancelled(proposal), "Suspended flow run has no infrastructure to terminate.")
    return None


def _cancelled(proposal: Proposal) -> State[object]:
    return State.at(proposal.now, StateType.CANCELLED, "Cancelled", proposal.proposed.message)


def late_word_of_the_crashed(proposal: Proposal) -> Verdict | None:
    """A run given up as crashed may report its true end, but only from the attempt that was given up."""
    current = proposal.facts.state
    proposed = proposal.proposed
    if current is None or current.type is not StateType.CRASHED or not proposed.is_final():
        return None
    if proposal.attempt != proposal.facts.attempt:
        return abort("This run has crashed and was started again.")
    if proposed.type is StateType.CRASHED and proposed.message in (None, current.message):
        return reject("This run is known to have crashed.")
    return None
