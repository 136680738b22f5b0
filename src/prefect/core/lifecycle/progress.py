"""How entering a state changes a run's counters and times."""

from __future__ import annotations

from prefect.core.lifecycle.runs import Run
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateType
from prefect.core.times import to_micros


def enter(run: Run, state: State[object]) -> None:
    """Move `run` on to `state`, which must carry its moment."""
    moment = state.moment
    assert moment is not None
    previous = run.state
    run.sequence += 1
    if previous is not None and previous.type is StateType.RUNNING and previous.moment is not None:
        run.run_micros += max(moment - previous.moment, 0)
    if state.type is StateType.RUNNING:
        same_try = run.run_count > 0 and previous is not None and previous.type is StateType.PAUSED
        run.run_count += not same_try
        if run.started is None:
            run.started = moment
    run.ended = moment if state.type in TERMINAL_STATES else None
    if run.expected_start is None or state.type is StateType.SCHEDULED:
        run.expected_start = _scheduled(state) or run.expected_start or moment
    run.state = state
    run.updated_at = moment


def _scheduled(state: State[object]) -> int | None:
    if state.type is not StateType.SCHEDULED or state.state_details.scheduled_time is None:
        return None
    return to_micros(state.state_details.scheduled_time)
