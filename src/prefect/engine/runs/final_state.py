"""From what a flow or task returned to the state it ends in.

A returned state is taken as it is. Futures and states, alone or in a list, tuple or set, are summed up: the run fails if
one of them did. Anything else is a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.states import State, StateType
from prefect.engine.calls.shapes import AnyState
from prefect.engine.futures import PrefectFuture

PLAIN = frozenset({type(None), bool, int, float, str, bytes, dict})
"""Types of values that are no state and hold none that would count."""

_COLLECTIONS = (list, tuple, set, frozenset)


def returned_state(value: object, moment: int) -> AnyState:
    """The final state of a run that returned `value` at `moment`."""
    if type(value) in PLAIN:
        return State.at(moment, StateType.COMPLETED, "Completed", None, HeldResult(value))
    if isinstance(value, State) and not value.belongs_to_run:
        return _taken(value)
    states = _states_of(value)
    if states is None:
        return State.at(moment, StateType.COMPLETED, "Completed", None, HeldResult(value))
    return _summed_up(states, value, moment)


def _taken(state: AnyState) -> AnyState:
    if state.is_final() and not hasattr(state.data, "get"):
        return state.model_copy(update={"data": HeldResult(state.data)})
    return state


def _states_of(value: object) -> list[AnyState] | None:
    """The states a value stands for; None unless it consists of states and futures alone."""
    if isinstance(value, State):
        return [value]
    if isinstance(value, PrefectFuture):
        value.wait()
        return [value.state]
    if (
        not isinstance(value, _COLLECTIONS)
        or not value
        or not all(isinstance(item, (State, PrefectFuture)) for item in value)
    ):
        return None
    for item in value:
        if isinstance(item, PrefectFuture):
            item.wait()
    return [item if isinstance(item, State) else item.state for item in value]


def _summed_up(states: Sequence[AnyState], value: Any, moment: int) -> AnyState:
    kind, name, message = _verdict(states)
    data: Any = states[0] if isinstance(value, (State, PrefectFuture)) else type(value)(states)
    return State.at(moment, kind, name, message, HeldResult(data))


def _verdict(states: Sequence[AnyState]) -> tuple[StateType, str, str]:
    failed = sum(state.is_failed() or state.is_crashed() for state in states)
    cancelled = sum(state.is_cancelled() for state in states)
    if all(state.is_completed() for state in states):
        return StateType.COMPLETED, "Completed", "All states completed."
    if cancelled:
        return StateType.CANCELLED, "Cancelled", f"{cancelled}/{len(states)} states cancelled."
    if any(state.is_paused() for state in states):
        return StateType.PAUSED, "Paused", "Some states are paused, moving to paused state."
    if failed:
        return StateType.FAILED, "Failed", f"{failed}/{len(states)} states failed."
    unfinished = [state for state in states if not state.is_final()]
    return StateType.FAILED, "Failed", f"{len(unfinished)}/{len(states)} states are not final."
