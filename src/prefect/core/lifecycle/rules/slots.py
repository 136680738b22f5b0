"""A run that needs concurrency slots starts when they are free."""

from __future__ import annotations

from prefect.core.lifecycle.states import StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, wait
from prefect.core.times import SECOND

RETRY_AFTER = 10 * SECOND


def wait_for_slots(proposal: Proposal) -> Verdict | None:
    """Hold back RUNNING while one of the run's limits is full; a released slot wakes it earlier."""
    blocked = proposal.facts.blocked_slot
    if proposal.proposed.type is not StateType.RUNNING or blocked is None:
        return None
    return wait(proposal.now + RETRY_AFTER, f"Concurrency limit {blocked!r} is reached")
