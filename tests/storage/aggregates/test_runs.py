"""The reading door on flows, flow runs, task runs and logs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from prefect.exceptions import StorageError
from prefect.storage.aggregates import flow_runs, flows, logs, task_runs
from prefect.storage.aggregates.flow_runs import FlowRunFilter
from prefect.storage.aggregates.logs import LogFilter
from prefect.storage.aggregates.reading import Reading
from prefect.storage.aggregates.task_runs import TaskRunFilter


def identity(reading: Reading, name: str) -> UUID:
    [run] = flow_runs.page(reading, FlowRunFilter(flow_names=(name,)), 10)
    assert isinstance(run["id"], UUID)
    return run["id"]


def test_flows(reading: Reading) -> None:
    assert {found["name"] for found in flows.page(reading, 10)} == {"fails", "inner", "sums"}
    assert len(flows.page(reading, 1, offset=2)) == 1


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (FlowRunFilter(), ["fails", "inner", "sums"]),
        (FlowRunFilter(flow_names=("sums", "inner")), ["inner", "sums"]),
        (FlowRunFilter(state_names=("FAILED",)), ["fails"]),
        (FlowRunFilter(state_types=("COMPLETED",)), ["inner", "sums"]),
        (FlowRunFilter(flow_names=("sums",), state_types=("FAILED",)), []),
    ],
)
def test_flow_runs_are_filtered(reading: Reading, wanted: FlowRunFilter, names: list[str]) -> None:
    assert [run["flow_name"] for run in flow_runs.page(reading, wanted, 10)] == names


def test_a_flow_run_has_typed_values(reading: Reading) -> None:
    run = flow_runs.by_id(reading, identity(reading, "sums"))
    assert run is not None
    assert isinstance(run["start_time"], datetime)
    assert run["parameters"] == {}
    assert [run["id"] for run in flow_runs.by_name(reading, str(run["name"]))] == [run["id"]]
    assert flow_runs.by_id(reading, uuid4()) is None


def test_parents_history_attempts_and_counts(reading: Reading) -> None:
    outer = identity(reading, "sums")
    children = flow_runs.page(reading, FlowRunFilter(parent_flow_run_ids=(outer,)), 10)
    assert [run["flow_name"] for run in children] == ["inner"]
    assert [state["name"] for state in flow_runs.states(reading, outer)] == ["Pending", "Running", "Completed"]
    assert [attempt["attempt"] for attempt in flow_runs.attempts(reading, outer)] == [1]
    assert flow_runs.task_counts(reading, outer) == {"COMPLETED": 4}


def test_task_runs(reading: Reading) -> None:
    outer = identity(reading, "sums")
    runs = task_runs.page(reading, TaskRunFilter(flow_run_ids=(outer,)), None, oldest_first=True)
    assert [run["task_name"] for run in runs] == ["inner", "add", "add", "add"]
    assert runs == task_runs.page(reading, TaskRunFilter(flow_run_ids=(outer,)), None)[::-1]
    assert not {"result", "call_key"} & runs[0].keys()
    named = task_runs.page(reading, TaskRunFilter(names=(str(runs[1]["name"]),), state_names=("completed",)), 10)
    assert [run["id"] for run in named] == [runs[1]["id"]]
    assert task_runs.page(reading, TaskRunFilter(state_types=("FAILED",)), 10) == []
    assert task_runs.page(reading, TaskRunFilter(flow_run_ids=(outer,), attempt=2), 10) == []
    assert task_runs.by_id(reading, uuid4()) is None


def test_logs(reading: Reading) -> None:
    whose = LogFilter(flow_run_id=identity(reading, "sums"))
    lines = logs.page(reading, whose)
    assert [line["message"] for line in lines if "adding" in str(line["message"])] == [
        "adding 0",
        "adding 1",
        "adding 2",
    ]
    assert logs.count(reading, whose) == len(lines)
    assert logs.page(reading, whose, 2, offset=1) == lines[1:3]
    assert logs.page(reading, whose, 2, newest_first=True) == lines[:-3:-1]
    for number, line in enumerate(lines):
        assert logs.since(reading, whose, line) == lines[number + 1 :]
    assert logs.since(reading, whose, None) == lines
    task_run_id = next(line["task_run_id"] for line in lines if line["task_run_id"])
    assert isinstance(task_run_id, UUID)
    assert 0 < logs.count(reading, LogFilter(task_run_id=task_run_id)) < len(lines)


def test_a_broken_file_is_a_storage_error(reading: Reading) -> None:
    reading.close()
    path = Path(reading.place.strip("'"))
    path.with_name("prefect.db-wal").unlink(missing_ok=True)
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StorageError, match=r"prefect\.db"):
        flows.page(reading, 1)
