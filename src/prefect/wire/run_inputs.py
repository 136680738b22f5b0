"""What a task run was called with: results of other runs, parameters of its flow run, and plain values."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from prefect.wire.base import Shape, Text


class RunInput(Shape):
    """Where an argument of a task run came from."""

    model_config = ConfigDict(frozen=True)

    input_type: str


class TaskRunResult(RunInput):
    """The result of a task run."""

    input_type: Literal["task_run"] = "task_run"
    id: UUID


class FlowRunResult(RunInput):
    """The result of a flow run."""

    input_type: Literal["flow_run"] = "flow_run"
    id: UUID


class Parameter(RunInput):
    """A parameter of the flow run."""

    input_type: Literal["parameter"] = "parameter"
    name: Text


class Constant(RunInput):
    """A value that no run made; only its type is kept."""

    input_type: Literal["constant"] = "constant"
    type: Text


TaskInput = Annotated[TaskRunResult | FlowRunResult | Parameter | Constant, Field(discriminator="input_type")]
