"""What the API is asked to create or change."""

from __future__ import annotations

from prefect.core.lifecycle.states import StateDetails, StateType
from prefect.wire.cloud import DeploymentBranch, DeploymentCreate, LogCreate
from prefect.wire.deployments import DeploymentScheduleCreate, DeploymentScheduleUpdate, DeploymentUpdate
from prefect.wire.flow_runs import DeploymentFlowRunCreate, FlowRunCreate, FlowRunUpdate
from prefect.wire.flows import FlowCreate, FlowUpdate
from prefect.wire.objects.artifacts import ArtifactCreate, ArtifactUpdate
from prefect.wire.objects.blocks import (
    BlockDocumentCreate,
    BlockDocumentReferenceCreate,
    BlockDocumentUpdate,
    BlockSchemaCreate,
    BlockTypeCreate,
    BlockTypeUpdate,
)
from prefect.wire.objects.keeping import SavedSearchCreate
from prefect.wire.objects.limits import (
    ConcurrencyLimitCreate,
    ConcurrencyLimitV2Create,
    ConcurrencyLimitV2Update,
    GlobalConcurrencyLimitCreate,
    GlobalConcurrencyLimitUpdate,
)
from prefect.wire.objects.variables import VariableCreate, VariableUpdate
from prefect.wire.schedules import CronSchedule, IntervalSchedule, NoSchedule, RRuleSchedule
from prefect.wire.states import StateCreate
from prefect.wire.task_runs import TaskRunCreate, TaskRunUpdate
from prefect.wire.work.pools import WorkPoolCreate, WorkPoolStorageConfiguration, WorkPoolUpdate
from prefect.wire.work.queues import WorkQueueCreate, WorkQueueUpdate

__all__ = [
    "ArtifactCreate",
    "ArtifactUpdate",
    "BlockDocumentCreate",
    "BlockDocumentReferenceCreate",
    "BlockDocumentUpdate",
    "BlockSchemaCreate",
    "BlockTypeCreate",
    "BlockTypeUpdate",
    "ConcurrencyLimitCreate",
    "ConcurrencyLimitV2Create",
    "ConcurrencyLimitV2Update",
    "CronSchedule",
    "DeploymentBranch",
    "DeploymentCreate",
    "DeploymentFlowRunCreate",
    "DeploymentScheduleCreate",
    "DeploymentScheduleUpdate",
    "DeploymentUpdate",
    "FlowCreate",
    "FlowRunCreate",
    "FlowRunUpdate",
    "FlowUpdate",
    "GlobalConcurrencyLimitCreate",
    "GlobalConcurrencyLimitUpdate",
    "IntervalSchedule",
    "LogCreate",
    "NoSchedule",
    "RRuleSchedule",
    "SavedSearchCreate",
    "StateCreate",
    "StateDetails",
    "StateType",
    "TaskRunCreate",
    "TaskRunUpdate",
    "VariableCreate",
    "VariableUpdate",
    "WorkPoolCreate",
    "WorkPoolStorageConfiguration",
    "WorkPoolUpdate",
    "WorkQueueCreate",
    "WorkQueueUpdate",
]
