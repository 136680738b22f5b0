from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from prefect.core.lifecycle.progress import enter, enter_by_request
from prefect.core.lifecycle.runs import TaskRun
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType
from prefect.core.times import to_datetime


def _run() -> TaskRun:
    return TaskRun(UUID(int=1), "run", "task", "0")


def _state(type: str, moment: int, **details: object) -> State[object]:
    return State.at(moment, StateType(type), type, details=StateDetails(**details) if details else None)


def test_a_run_that_is_tried_twice() -> None:
    run = _run()
    for type, moment in (("PENDING", 10), ("RUNNING", 20), ("SCHEDULED", 50), ("RUNNING", 60), ("COMPLETED", 65)):
        enter(run, _state(type, moment))
    assert (run.sequence, run.run_count, run.run_micros) == (4, 2, 35)
    assert (run.expected_start, run.started, run.ended, run.updated_at) == (10, 20, 65, 65)


def test_a_pause_ends_in_the_try_it_began_in() -> None:
    run = _run()
    for type, moment in (("RUNNING", 10), ("PAUSED", 20), ("RUNNING", 60), ("COMPLETED", 65)):
        enter(run, _state(type, moment))
    assert (run.run_count, run.run_micros) == (1, 15)


def test_an_ended_run_that_is_started_again_has_no_end() -> None:
    run = _run()
    for type, moment in (("RUNNING", 1), ("FAILED", 2), ("PENDING", 3)):
        enter(run, _state(type, moment))
    assert run.ended is None
    assert run.started == 1


def test_the_time_it_is_scheduled_for_is_when_it_should_start() -> None:
    run = _run()
    enter(run, _state("SCHEDULED", 10, scheduled_time=to_datetime(500)))
    assert run.expected_start == 500
    enter(run, _state("PENDING", 510))
    assert run.expected_start == 500
    enter(run, _state("SCHEDULED", 520))
    assert run.expected_start == 500


def test_a_clock_that_goes_back_takes_no_time_away() -> None:
    run = _run()
    enter(run, _state("RUNNING", 100))
    enter(run, _state("FAILED", 90))
    assert run.run_micros == 0


@given(st.lists(st.tuples(st.sampled_from(StateType), st.integers(0, 100))))
def test_counters_follow_the_states(moves: list[tuple[StateType, int]]) -> None:
    run = _run()
    for type, moment in moves:
        enter(run, _state(type, moment))
    types = [type for type, _ in moves]
    assert run.sequence == len(moves) - 1
    running, paused = StateType.RUNNING, StateType.PAUSED
    first = types.index(running) if running in types else len(types)
    resumed = sum(pair == (paused, running) for pair in pairwise(types[first:]))
    assert run.run_count == types.count(running) - resumed
    assert (run.ended is not None) is (bool(types) and types[-1] in TERMINAL_STATES)
    assert run.run_micros >= 0


def test_what_clients_propose_is_counted_as_prefect_counts() -> None:
    run = _run()
    for type, moment in (("PENDING", 10), ("RUNNING", 20), ("PAUSED", 30), ("RUNNING", 60), ("COMPLETED", 65)):
        enter_by_request(run, _state(type, moment))
    assert (run.run_count, run.run_micros, run.expected_start, run.started, run.ended) == (2, 15, 10, 20, 65)
    enter_by_request(run, _state("RUNNING", 70), further_try=False)
    assert (run.run_count, run.started, run.ended) == (2, 20, None)


def test_a_run_that_ends_without_running_has_started_with_its_end() -> None:
    run = _run()
    enter_by_request(run, _state("SCHEDULED", 10, scheduled_time=to_datetime(500)))
    enter_by_request(run, _state("CANCELLED", 20))
    assert (run.expected_start, run.started, run.ended, run.run_count) == (500, 20, 20, 0)
