"""The shapes of the API's objects, requests and filters."""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.wire.cloud import Workspace
from prefect.wire.flow_runs import FlowRun, FlowRunPolicy
from prefect.wire.objects.blocks import (
    DEFAULT_BLOCK_SCHEMA_VERSION,
    BlockDocument,
    BlockSchema,
    BlockType,
    BlockTypeUpdate,
)
from prefect.wire.run_inputs import FlowRunResult, RunInput, TaskRunResult
from prefect.wire.states import (
    OrchestrationResult,
    SetStateStatus,
    StateAbortDetails,
    StateAcceptDetails,
    StateCreate,
    StateRejectDetails,
)
from prefect.wire.task_runs import TaskRun, TaskRunPolicy

__all__ = [
    "BlockDocument",
    "BlockSchema",
    "BlockType",
    "BlockTypeUpdate",
    "DEFAULT_BLOCK_SCHEMA_VERSION",
    "FlowRun",
    "FlowRunPolicy",
    "FlowRunResult",
    "OrchestrationResult",
    "RunInput",
    "SetStateStatus",
    "State",
    "StateAbortDetails",
    "StateAcceptDetails",
    "StateCreate",
    "StateDetails",
    "StateRejectDetails",
    "StateType",
    "TaskRun",
    "TaskRunPolicy",
    "TaskRunResult",
    "Workspace",
]
