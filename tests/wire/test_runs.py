"""Flow runs and task runs: records, requests, policies and inputs."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from prefect.client.schemas.actions import (
    DeploymentFlowRunCreate,
    FlowRunCreate,
    FlowRunUpdate,
    LogCreate,
    TaskRunCreate,
)
from prefect.client.schemas.objects import (
    Constant,
    FlowRun,
    FlowRunInput,
    FlowRunPolicy,
    FlowRunResult,
    Parameter,
    State,
    StateType,
    TaskRun,
    TaskRunPolicy,
    TaskRunResult,
)
from prefect.states import Completed
from prefect.wire.run_inputs import TaskInput
from prefect.wire.task_runs import UITaskRun


def test_a_flow_run_goes_to_json_and_back() -> None:
    state = Completed()
    run = FlowRun(
        flow_id=uuid4(),
        state=state,
        state_type=state.type,
        total_run_time=timedelta(seconds=2.5),
        parameters={"x": [1, {"y": None}]},
        tags=["a"],
        empirical_policy={"pause_keys": ["k"], "retry_type": "in_process"},
    )
    assert "-" in run.name
    assert isinstance(run.state, State)
    written = run.model_dump(mode="json")
    assert (written["total_run_time"], written["state"]["type"]) == (2.5, "COMPLETED")
    again = FlowRun.model_validate_json(run.model_dump_json())
    assert again == run
    assert again.id == run.id
    assert again.state_type is StateType.COMPLETED
    assert run.model_copy(update={"name": "other"}) != run


def test_what_a_newer_server_adds_is_ignored_and_what_a_client_misspells_is_not() -> None:
    assert FlowRun.model_validate({"flow_id": uuid4(), "novelty": 1}).run_count == 0
    with pytest.raises(ValidationError, match="Extra inputs"):
        FlowRunCreate.model_validate({"flow_id": uuid4(), "paramters": {}})


@pytest.mark.parametrize("name", [None, ""])
def test_a_run_without_a_name_is_given_one(name: str | None) -> None:
    assert "-" in FlowRunCreate.model_validate({"flow_id": uuid4(), "name": name}).name
    assert "-" in DeploymentFlowRunCreate.model_validate({"name": name}).name
    assert "-" in TaskRun.model_validate({"task_key": "t", "dynamic_key": "0", "name": name}).name
    assert FlowRunUpdate.model_validate({"name": None}).name is None


def test_policies_take_their_older_names() -> None:
    assert FlowRunPolicy(max_retries=3, retry_delay_seconds=2.0).retry_delay == 2
    assert TaskRunPolicy(max_retries=3, retry_delay_seconds=2.5).retry_delay == 2.5
    assert TaskRunPolicy(retry_delay=[1, 2.5]).retry_delay == [1, 2.5]
    with pytest.raises(ValidationError, match="more than 50 retry delays"):
        TaskRunPolicy(retry_delay=[1] * 51)
    with pytest.raises(ValidationError, match="must be >= 0"):
        TaskRunPolicy(retry_jitter_factor=-0.1)
    with pytest.raises(ValidationError, match="in_process"):
        FlowRunPolicy.model_validate({"retry_type": "sometimes"})


def test_inputs_are_known_by_their_kind_even_if_unsaid() -> None:
    run_id = uuid4()
    read = TypeAdapter(TaskInput).validate_python
    assert read({"input_type": "flow_run", "id": run_id}) == FlowRunResult(id=run_id)
    assert read({"id": run_id}) == TaskRunResult(id=run_id)
    assert read({"name": "x"}) == Parameter(name="x")
    assert read({"type": "int"}) == Constant(type="int")
    assert read(Parameter(name="x")) == Parameter(name="x")
    for wrong in ({}, {"input_type": "guess"}, 5):
        with pytest.raises(ValidationError):
            read(wrong)
    with pytest.raises(ValidationError, match="frozen"):
        Parameter(name="x").name = "y"
    sent = TaskRunCreate(task_key="t", dynamic_key="0", task_inputs={"x": [{"id": run_id}]})
    assert sent.model_dump(mode="json", exclude_unset=True)["task_inputs"] == {"x": [{"id": str(run_id)}]}


def test_task_runs() -> None:
    run = UITaskRun(task_key="t", dynamic_key="0", flow_run_name="brave-otter", estimated_run_time=1)
    assert TaskRun.model_validate_json(run.model_dump_json()).estimated_run_time == timedelta(seconds=1)
    with pytest.raises(ValidationError, match="task_key"):
        TaskRunCreate.model_validate({"dynamic_key": "0"})
    with pytest.raises(ValidationError, match="NUL"):
        TaskRunCreate(task_key="a\0", dynamic_key="0")


def test_flow_run_inputs() -> None:
    sent = FlowRunInput(flow_run_id=uuid4(), key="my-key", value='{"a": 1}')
    assert sent.decoded_value == {"a": 1}
    with pytest.raises(ValidationError, match="lowercase letters, numbers, and dashes"):
        FlowRunInput(flow_run_id=uuid4(), key="My key", value="1")


def test_no_log_line_is_lost_to_a_nul_character() -> None:
    line = LogCreate(name="a", level=20, message="a\0b", timestamp="2030-01-01T00:00:00")
    assert line.message == "a\N{REPLACEMENT CHARACTER}b"
    with pytest.raises(ValidationError, match="level"):
        LogCreate(name="a", level=2**63, message="", timestamp="2030-01-01T00:00:00")
