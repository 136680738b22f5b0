"""States that requests propose."""

from __future__ import annotations

from prefect.core.lifecycle.outcome import StoredData
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.times import to_datetime
from prefect.wire.states import StateCreate


def core_state(given: StateCreate, now: int) -> State[object]:
    """The state that a request proposes: its data stays as it came, and one that is SCHEDULED for no time is due now."""
    data = None if given.data is None else StoredData(given.data)
    details = given.state_details
    if given.type is StateType.SCHEDULED and details.scheduled_time is None:
        details = StateDetails(**{**details.facts(), "scheduled_time": to_datetime(now)})
    return State(given.type, given.name, given.message, data, details)


def own_state(type: StateType, name: str | None = None, **details: object) -> State[object]:
    """A state that the server gives a run by itself; it is not deferred, which a client's leaves open."""
    return State(type, name, state_details=StateDetails(**{"deferred": False, **details}))
