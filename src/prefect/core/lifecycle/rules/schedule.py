"""A run does not start before its time."""

from __future__ import annotations

from datetime import datetime

from prefect.core.lifecycle.states import StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, accept, wait
from prefect.core.times import to_micros

_WAITING = frozenset({StateType.SCHEDULED, StateType.PENDING})


def wait_for_scheduled_time(proposal: Proposal) -> Verdict | None:
    """Hold back RUNNING until the moment for which the run was scheduled."""
    scheduled = scheduled_time(proposal)
    if proposal.proposed.type is not StateType.RUNNING or scheduled is None:
        return None
    due = to_micros(scheduled)
    return wait(due, "Scheduled time is in the future") if due > proposal.now else None


def keep_scheduled_time(proposal: Proposal) -> Verdict | None:
    """A run that was scheduled and is PENDING still has its time to wait for."""
    scheduled = scheduled_time(proposal)
    proposed = proposal.proposed
    if proposed.type is not StateType.PENDING or scheduled is None or "scheduled_time" in proposed.detail_facts():
        return None
    details = StateDetails(**{**proposed.detail_facts(), "scheduled_time": scheduled})
    return accept(proposed.model_copy(update={"state_details": details}))


def scheduled_time(proposal: Proposal) -> datetime | None:
    """The moment for which the run, not begun yet, was scheduled."""
    current = proposal.facts.state
    if current is None or current.type not in _WAITING:
        return None
    return current.state_details.scheduled_time
