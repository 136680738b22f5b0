"""What the API returns: runs, states and the rest."""

from __future__ import annotations

from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType
from prefect.types.names import MAX_VARIABLE_NAME_LENGTH
from prefect.wire.cloud import (
    Agent,
    BranchingScheduleHandling,
    Configuration,
    Deployment,
    DeploymentBranchingOptions,
    IPAllowlist,
    IPAllowlistEntry,
    IPAllowlistMyAccessResponse,
    Workspace,
)
from prefect.wire.deployments import DeploymentSchedule, DeploymentStatus, VersionInfo
from prefect.wire.flow_runs import CreatedBy, FlowRun, FlowRunInput, FlowRunPolicy, UpdatedBy
from prefect.wire.flows import Flow
from prefect.wire.logs import Log
from prefect.wire.objects.artifacts import Artifact, ArtifactCollection
from prefect.wire.objects.blocks import (
    DEFAULT_BLOCK_SCHEMA_VERSION,
    BlockDocument,
    BlockDocumentReference,
    BlockSchema,
    BlockSchemaReference,
    BlockType,
)
from prefect.wire.objects.keeping import (
    CsrfToken,
    SavedSearch,
    SavedSearchFilter,
    ServerDefaultResultStorage,
    ServerDefaultResultStorageUpdate,
)
from prefect.wire.objects.limits import (
    ConcurrencyLeaseHolder,
    ConcurrencyLimit,
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
    GlobalConcurrencyLimit,
)
from prefect.wire.objects.variables import Variable
from prefect.wire.run_inputs import Constant, FlowRunResult, Parameter, RunInput, RunType, TaskRunResult
from prefect.wire.schedules import SCHEDULE_TYPES
from prefect.wire.task_runs import TaskRun, TaskRunPolicy
from prefect.wire.work.pools import DEFAULT_AGENT_WORK_POOL_NAME, WorkPool, WorkPoolStorageConfiguration
from prefect.wire.work.queues import QueueFilter, WorkQueue, WorkQueueHealthPolicy, WorkQueueStatusDetail
from prefect.wire.work.status import WorkerStatus, WorkPoolStatus, WorkQueueStatus
from prefect.wire.work.workers import Integration, Worker, WorkerMetadata

__all__ = [
    "Agent",
    "Artifact",
    "ArtifactCollection",
    "BlockDocument",
    "BlockDocumentReference",
    "BlockSchema",
    "BlockSchemaReference",
    "BlockType",
    "BranchingScheduleHandling",
    "ConcurrencyLeaseHolder",
    "ConcurrencyLimit",
    "ConcurrencyLimitConfig",
    "ConcurrencyLimitStrategy",
    "ConcurrencyOptions",
    "Configuration",
    "Constant",
    "CreatedBy",
    "CsrfToken",
    "DEFAULT_AGENT_WORK_POOL_NAME",
    "DEFAULT_BLOCK_SCHEMA_VERSION",
    "Deployment",
    "DeploymentBranchingOptions",
    "DeploymentSchedule",
    "DeploymentStatus",
    "Flow",
    "FlowRun",
    "FlowRunInput",
    "FlowRunPolicy",
    "FlowRunResult",
    "GlobalConcurrencyLimit",
    "IPAllowlist",
    "IPAllowlistEntry",
    "IPAllowlistMyAccessResponse",
    "Integration",
    "Log",
    "MAX_VARIABLE_NAME_LENGTH",
    "Parameter",
    "QueueFilter",
    "RunInput",
    "RunType",
    "SCHEDULE_TYPES",
    "SavedSearch",
    "SavedSearchFilter",
    "ServerDefaultResultStorage",
    "ServerDefaultResultStorageUpdate",
    "State",
    "StateDetails",
    "StateType",
    "TERMINAL_STATES",
    "TaskRun",
    "TaskRunPolicy",
    "TaskRunResult",
    "UpdatedBy",
    "Variable",
    "VersionInfo",
    "WorkPool",
    "WorkPoolStatus",
    "WorkPoolStorageConfiguration",
    "WorkQueue",
    "WorkQueueHealthPolicy",
    "WorkQueueStatus",
    "WorkQueueStatusDetail",
    "Worker",
    "WorkerMetadata",
    "WorkerStatus",
    "Workspace",
]
