"""A run that has ended, or is being cancelled, keeps to it."""

from __future__ import annotations

from prefect.core.lifecycle.states import StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort

_ENDS_OF_CANCELLING = frozenset({StateType.CANCELLED, StateType.CRASHED, StateType.CANCELLING})


def finish_cancelling(proposal: Proposal) -> Verdict | None:
    """From CANCELLING a run only ends: whatever its code reports, it was cancelled."""
    current = proposal.facts.state
    if current is None or current.type is not StateType.CANCELLING:
        return None
    if proposal.proposed.type in _ENDS_OF_CANCELLING:
        return None
    return abort("This run is being cancelled.")


def late_word_of_the_crashed(proposal: Proposal) -> Verdict | None:
    """A run given up as crashed may report its true end, but only from the attempt that was given up."""
    current = proposal.facts.state
    if current is None or current.type is not StateType.CRASHED or not proposal.proposed.is_final():
        return None
    if proposal.attempt == proposal.facts.attempt:
        return None
    return abort("This run has crashed and was started again.")
