"""What a task run was called with: results of other runs, parameters of its flow run, and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Discriminator, Tag

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


_FIELDS = {"id": "task_run", "name": "parameter", "type": "constant"}


def _kind(given: object) -> str | None:
    """Of what kind it is; clients that leave out defaults leave out even that."""
    if not isinstance(given, Mapping):
        return getattr(given, "input_type", None)
    return given.get("input_type") or next((kind for field, kind in _FIELDS.items() if field in given), None)


TaskInput = Annotated[
    Annotated[TaskRunResult, Tag("task_run")]
    | Annotated[FlowRunResult, Tag("flow_run")]
    | Annotated[Parameter, Tag("parameter")]
    | Annotated[Constant, Tag("constant")],
    Discriminator(_kind),
]


class RunType(StrEnum):
    """Whether a result is that of a flow run or a task run."""

    FLOW_RUN = "flow_run"
    TASK_RUN = "task_run"
