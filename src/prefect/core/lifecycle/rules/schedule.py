"""A run does not start before its time."""

from __future__ import annotations

from prefect.core.lifecycle.states import StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, wait
from prefect.core.times import to_micros


def wait_for_scheduled_time(proposal: Proposal) -> Verdict | None:
    """Hold back RUNNING until the moment that the current SCHEDULED state names."""
    current = proposal.facts.state
    if (
        proposal.proposed.type is not StateType.RUNNING
        or current is None
        or current.type is not StateType.SCHEDULED
    ):
        return None
    scheduled = current.detail_facts().get("scheduled_time")
    if scheduled is None:
        return None
    due = to_micros(current.state_details.scheduled_time or current.timestamp)  # type: ignore[arg-type]
    return wait(due, "Scheduled time is in the future") if due > proposal.now else None
