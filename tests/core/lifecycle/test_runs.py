from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from prefect.core.lifecycle.runs import FlowRun, Run, TaskRun
from prefect.core.lifecycle.states import State
from prefect.core.times import to_datetime


def _runs() -> list[Run]:
    return [TaskRun(UUID(int=1), "one", "task", "0"), FlowRun(UUID(int=2), "two", UUID(int=3))]


@pytest.mark.parametrize("run", _runs(), ids=["task", "flow"])
def test_a_new_run_is_in_no_state(run: Run) -> None:
    assert (run.state_type, run.state_name, run.state_id, run.start_time, run.end_time) == (None,) * 5
    assert run.total_run_time == timedelta(0)
    assert set(run.model_dump()) == set(run.FACTS)


@pytest.mark.parametrize("run", _runs(), ids=["task", "flow"])
def test_a_run_speaks_of_its_state_and_times(run: Run) -> None:
    run.state = State("RUNNING", id=UUID(int=9))
    run.started, run.ended, run.expected_start, run.created_at, run.updated_at, run.run_micros = 1, 2, 3, 4, 5, 6
    assert (run.state_type, run.state_name, run.state_id) == ("RUNNING", "Running", UUID(int=9))
    times = (run.start_time, run.end_time, run.expected_start_time, run.created, run.updated)
    assert times == tuple(to_datetime(moment) for moment in (1, 2, 3, 4, 5))
    assert run.total_run_time == timedelta(microseconds=6)
    assert repr(run).startswith(f"{type(run).__name__}(id='{run.id}', name={run.name!r}, state=")


def test_runs_do_not_share_what_is_set() -> None:
    first, second = _runs()[0], _runs()[0]
    first.tags = ["a"]
    assert second.tags == ()


def test_when_a_flow_run_is_next_to_start() -> None:
    run = FlowRun(UUID(int=2), "two", UUID(int=3))
    assert run.next_scheduled_start_time is None
    run.next_scheduled_start = 7
    assert run.next_scheduled_start_time == to_datetime(7)
