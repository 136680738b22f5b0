"""A run does not start before its time; a client is told in whole seconds how long to wait."""

from __future__ import annotations

from prefect.core.lifecycle.rules.schedule import scheduled_time
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, wait
from prefect.core.times import SECOND, to_micros


def wait_whole_seconds(proposal: Proposal) -> Verdict | None:
    """Hold back RUNNING until the moment for which the run was scheduled; half a second more or less does not count."""
    due = scheduled_time(proposal)
    if proposal.proposed.type is not StateType.RUNNING or due is None:
        return None
    if round((to_micros(due) - proposal.now) / SECOND) <= 0:
        return None
    return wait(to_micros(due), "Scheduled time is in the future")


_WAITING = frozenset({StateType.SCHEDULED, StateType.PENDING})


def copy_scheduled_time(proposal: Proposal, entered: State[object]) -> State[object]:
    """A run that was SCHEDULED still has its time to wait for while it is PENDING."""
    current = proposal.facts.state
    if entered.type is not StateType.PENDING or current is None or current.type not in _WAITING:
        return entered
    if (current.type, current.name) == (entered.type, entered.name):  # begun anew, and not said to get on
        return entered
    due = current.state_details.scheduled_time
    if due is None or "scheduled_time" in entered.detail_facts():
        return entered
    details = StateDetails(**{**entered.detail_facts(), "scheduled_time": due})
    return entered.model_copy(update={"state_details": details})
