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
    if run.expected_start is None or previous is None:
        run.expected_start = due(state) or run.expected_start or moment
    run.state = state
    run.updated_at = moment


def enter_by_request(run: Run, state: State[object], further_try: bool = True) -> None:
    """The same for a state that a client of the API proposed, whose runs are counted as Prefect's server counts them.

    Args:
        further_try: whether RUNNING is a further try.
    """
    moment, previous = state.moment, run.state
    assert moment is not None
    run.sequence += 1
    if previous is not None and previous.type is StateType.RUNNING and previous.moment is not None:
        run.run_micros += max(moment - previous.moment, 0)
    if state.type is StateType.RUNNING:
        run.run_count += further_try
    ends = state.type in TERMINAL_STATES
    if run.started is None and (ends or state.type is StateType.RUNNING):
        run.started = moment
    if not ends:
        run.ended = None
    elif run.ended is None or previous is None or previous.type not in TERMINAL_STATES:
        run.ended = moment
    if previous is None:
        run.expected_start = due(state) or moment
    run.state = state
    run.updated_at = moment


def due(state: State[object]) -> int | None:
    """The moment for which a SCHEDULED state is; None for any other."""
    if state.type is not StateType.SCHEDULED or state.state_details.scheduled_time is None:
        return None
    return to_micros(state.state_details.scheduled_time)
