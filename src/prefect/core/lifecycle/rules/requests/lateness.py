"""Only what waits for its time can be late, and once."""

from __future__ import annotations

from prefect.core.lifecycle.states import StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, reject

LATE = "Late"


def mark_late_once(proposal: Proposal) -> Verdict | None:
    """Refuse Late for a flow run that is not SCHEDULED, or is Late already."""
    current = proposal.facts.state
    if proposal.proposed.type is not StateType.SCHEDULED or proposal.proposed.name != LATE or current is None:
        return None
    if current.type is not StateType.SCHEDULED:
        return reject("Only scheduled flows can be marked late.")
    return reject("This flow run is already marked late.") if current.name == LATE else None
