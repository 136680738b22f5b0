"""`prefect.runtime`: facts of the current runs, and what the environment puts in their place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from prefect import flow, runtime, tags, task
from prefect.runtime import deployment, flow_run, task_run
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


def test_outside_of_runs() -> None:
    assert (flow_run.id, flow_run.name, flow_run.parameters, flow_run.run_count) == (None, None, {}, 0)
    assert (flow_run.tags, flow_run.root_flow_run_id, flow_run.flow_name) == ([], None, None)
    assert isinstance(flow_run.scheduled_start_time, datetime)
    assert (task_run.id, task_run.tags, task_run.parameters, task_run.task_name) == (None, [], {}, None)
    assert (deployment.id, deployment.name, deployment.parameters) == (None, None, {})


def test_within_runs() -> None:
    @task(tags=["own"])
    def work(x: int) -> list[Any]:
        return [task_run.task_name, task_run.parameters, sorted(task_run.tags), task_run.run_count, flow_run.name]

    @flow(version="v1", flow_run_name="mine")
    def child(y: int = 2) -> list[Any]:
        return [flow_run.flow_name, flow_run.flow_version, flow_run.parameters, flow_run.parent_flow_run_id]

    @flow
    def main() -> list[Any]:
        own, (name, version, parameters, parent) = flow_run.id, child()
        assert parent == own == flow_run.root_flow_run_id
        with tags("t"):
            return [[name, version, parameters], work(1), flow_run.name]

    inner, (task_name, given, task_tags, count, seen), outer = main()
    assert inner == ["child", "v1", {"y": 2}]
    assert (task_name, given, task_tags, count) == ("work", {"x": 1}, ["own", "t"], 1)
    assert seen == outer


@pytest.mark.parametrize(
    ("module", "name", "text", "value"),
    [
        (flow_run, "FLOW_NAME", "mine", "mine"),
        (flow_run, "RUN_COUNT", "7", 7),
        (flow_run, "SCHEDULED_START_TIME", "2030-01-02T00:00:00+00:00", datetime.fromisoformat("2030-01-02T00:00:00Z")),
        (task_run, "NAME", "a task", "a task"),
        (deployment, "NAME", "a deployment", "a deployment"),
        (deployment, "UNHEARD_OF", "x", "x"),
    ],
)
def test_environment(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, text: str, value: Any) -> None:
    namespace = module.__name__.rpartition(".")[2].upper()
    monkeypatch.setenv(f"PREFECT__RUNTIME__{namespace}__{name}", text)
    assert getattr(module, name.lower()) == value


def test_what_has_no_text_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__PARAMETERS", "x")
    with pytest.raises(ValueError, match="cannot be mocked"):
        flow_run.parameters


@pytest.mark.parametrize("module", [flow_run, task_run, deployment])
def test_unknown_attributes(module: Any) -> None:
    with pytest.raises(AttributeError, match=f"{module.__name__} has no attribute 'nothing'"):
        module.nothing
    assert "id" in dir(module)


def test_a_process_started_for_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = flow(lambda: flow_run.id, name="main")()
    monkeypatch.setenv("PREFECT__FLOW_RUN_ID", run_id)
    assert (flow_run.id, flow_run.flow_name, flow_run.run_count) == (run_id, "main", 1)
    assert runtime.flow_run is flow_run
