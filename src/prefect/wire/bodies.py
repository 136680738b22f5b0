"""What each route reads: (method, path) -> anything that pydantic's TypeAdapter takes.

Paths are those of the API, below `/api`, with their parameters in braces.
"""

from __future__ import annotations

from typing import Final

from prefect.wire.base import JsonObject
from prefect.wire.deployments import (
    DeploymentCreate,
    DeploymentScheduleCreate,
    DeploymentScheduleUpdate,
    DeploymentUpdate,
)
from prefect.wire.events.automations import AutomationCreate, AutomationPartialUpdate, AutomationUpdate
from prefect.wire.events.records import Event
from prefect.wire.flow_runs import DeploymentFlowRunCreate, FlowRunCreate, FlowRunUpdate
from prefect.wire.flows import FlowCreate, FlowUpdate
from prefect.wire.logs import LogCreate
from prefect.wire.objects.artifacts import ArtifactCreate, ArtifactUpdate
from prefect.wire.objects.blocks import (
    BlockDocumentCreate,
    BlockDocumentUpdate,
    BlockSchemaCreate,
    BlockTypeCreate,
    BlockTypeUpdate,
)
from prefect.wire.objects.keeping import SavedSearchCreate, ServerDefaultResultStorageUpdate
from prefect.wire.objects.limits import ConcurrencyLimitCreate, ConcurrencyLimitV2Create, ConcurrencyLimitV2Update
from prefect.wire.objects.variables import VariableCreate, VariableUpdate
from prefect.wire.requests.deployments import (
    DeploymentsBulkDeleteBody,
    DeploymentScheduleBody,
    DeploymentsCountBody,
    DeploymentsFilterBody,
    DeploymentsPageBody,
    ScheduledFlowRunsBody,
)
from prefect.wire.requests.events import AutomationsCountBody, AutomationsFilterBody, EventsCountBody, EventsFilterBody
from prefect.wire.requests.flow_runs import (
    FlowRunInputCreateBody,
    FlowRunInputsFilterBody,
    FlowRunResumeBody,
    FlowRunsBulkDeleteBody,
    FlowRunsBulkSetStateBody,
    FlowRunsCountBody,
    FlowRunSetStateBody,
    FlowRunsFilterBody,
    FlowRunsHistoryBody,
    FlowRunsLatenessBody,
    FlowRunsPageBody,
    FlowRunsPlotBody,
    TaskRunsByFlowRunBody,
)
from prefect.wire.requests.flows import (
    DeploymentsByFlowBody,
    FlowsBulkDeleteBody,
    FlowsCountBody,
    FlowsFilterBody,
    FlowsPageBody,
    NextRunsByFlowBody,
)
from prefect.wire.requests.limits import (
    GlobalLimitsFilterBody,
    LeaseRenewBody,
    SlotsReleaseBody,
    SlotsReleaseWithLeaseBody,
    SlotsTakeBody,
    SlotsTakeWithLeaseBody,
    TagLimitResetBody,
    TagLimitsFilterBody,
    TagSlotsReleaseBody,
    TagSlotsTakeBody,
)
from prefect.wire.requests.logs import LogsFilterBody
from prefect.wire.requests.objects import (
    ArtifactsCountBody,
    ArtifactsFilterBody,
    BlockDocumentsCountBody,
    BlockDocumentsFilterBody,
    BlockSchemasFilterBody,
    BlockTypesFilterBody,
    LatestArtifactsCountBody,
    LatestArtifactsFilterBody,
    SavedSearchesFilterBody,
    VariablesCountBody,
    VariablesFilterBody,
)
from prefect.wire.requests.task_runs import (
    TaskRunsByStateBody,
    TaskRunsCountBody,
    TaskRunsDashboardBody,
    TaskRunSetStateBody,
    TaskRunsFilterBody,
    TaskRunsHistoryBody,
    TaskRunsPageBody,
)
from prefect.wire.requests.ui import SchemaValidateBody
from prefect.wire.requests.work import (
    PoolQueuesFilterBody,
    TaskWorkersFilterBody,
    WorkerHeartbeatBody,
    WorkersFilterBody,
    WorkPoolOccupancyBody,
    WorkPoolScheduledRunsBody,
    WorkPoolsCountBody,
    WorkPoolsFilterBody,
    WorkQueueOccupancyBody,
    WorkQueueRunsBody,
    WorkQueuesFilterBody,
)
from prefect.wire.task_runs import TaskRunCreate, TaskRunUpdate
from prefect.wire.work.pools import WorkPoolCreate, WorkPoolUpdate
from prefect.wire.work.queues import WorkQueueCreate, WorkQueueUpdate

BODIES: Final[dict[tuple[str, str], object]] = {
    ("PUT", "/admin/storage"): ServerDefaultResultStorageUpdate,
    ("POST", "/artifacts/"): ArtifactCreate,
    ("POST", "/artifacts/count"): ArtifactsCountBody,
    ("POST", "/artifacts/filter"): ArtifactsFilterBody,
    ("POST", "/artifacts/latest/count"): LatestArtifactsCountBody,
    ("POST", "/artifacts/latest/filter"): LatestArtifactsFilterBody,
    ("PATCH", "/artifacts/{id}"): ArtifactUpdate,
    ("POST", "/automations/"): AutomationCreate,
    ("POST", "/automations/count"): AutomationsCountBody,
    ("POST", "/automations/filter"): AutomationsFilterBody,
    ("POST", "/automations/templates/validate"): str,
    ("PATCH", "/automations/{id}"): AutomationPartialUpdate,
    ("PUT", "/automations/{id}"): AutomationUpdate,
    ("POST", "/block_documents/"): BlockDocumentCreate,
    ("POST", "/block_documents/count"): BlockDocumentsCountBody,
    ("POST", "/block_documents/filter"): BlockDocumentsFilterBody,
    ("PATCH", "/block_documents/{id}"): BlockDocumentUpdate,
    ("POST", "/block_schemas/"): BlockSchemaCreate,
    ("POST", "/block_schemas/filter"): BlockSchemasFilterBody,
    ("POST", "/block_types/"): BlockTypeCreate,
    ("POST", "/block_types/filter"): BlockTypesFilterBody,
    ("PATCH", "/block_types/{id}"): BlockTypeUpdate,
    ("POST", "/concurrency_limits/"): ConcurrencyLimitCreate,
    ("POST", "/concurrency_limits/decrement"): TagSlotsReleaseBody,
    ("POST", "/concurrency_limits/filter"): TagLimitsFilterBody,
    ("POST", "/concurrency_limits/increment"): TagSlotsTakeBody,
    ("POST", "/concurrency_limits/tag/{tag}/reset"): TagLimitResetBody,
    ("POST", "/deployments/"): DeploymentCreate,
    ("POST", "/deployments/bulk_delete"): DeploymentsBulkDeleteBody,
    ("POST", "/deployments/count"): DeploymentsCountBody,
    ("POST", "/deployments/filter"): DeploymentsFilterBody,
    ("POST", "/deployments/get_scheduled_flow_runs"): ScheduledFlowRunsBody,
    ("POST", "/deployments/paginate"): DeploymentsPageBody,
    ("PATCH", "/deployments/{id}"): DeploymentUpdate,
    ("POST", "/deployments/{id}/create_flow_run"): DeploymentFlowRunCreate,
    ("POST", "/deployments/{id}/create_flow_run/bulk"): list[DeploymentFlowRunCreate],
    ("POST", "/deployments/{id}/schedule"): DeploymentScheduleBody,
    ("POST", "/deployments/{id}/schedules"): list[DeploymentScheduleCreate],
    ("PATCH", "/deployments/{id}/schedules/{schedule_id}"): DeploymentScheduleUpdate,
    ("POST", "/events"): list[Event],
    ("POST", "/events/count-by/{countable}"): EventsCountBody,
    ("POST", "/events/filter"): EventsFilterBody,
    ("POST", "/flow_runs/"): FlowRunCreate,
    ("POST", "/flow_runs/bulk_delete"): FlowRunsBulkDeleteBody,
    ("POST", "/flow_runs/bulk_set_state"): FlowRunsBulkSetStateBody,
    ("POST", "/flow_runs/count"): FlowRunsCountBody,
    ("POST", "/flow_runs/filter"): FlowRunsFilterBody,
    ("POST", "/flow_runs/history"): FlowRunsHistoryBody,
    ("POST", "/flow_runs/lateness"): FlowRunsLatenessBody,
    ("POST", "/flow_runs/paginate"): FlowRunsPageBody,
    ("PATCH", "/flow_runs/{id}"): FlowRunUpdate,
    ("POST", "/flow_runs/{id}/input"): FlowRunInputCreateBody,
    ("POST", "/flow_runs/{id}/input/filter"): FlowRunInputsFilterBody,
    ("PATCH", "/flow_runs/{id}/labels"): JsonObject,
    ("POST", "/flow_runs/{id}/resume"): FlowRunResumeBody,
    ("POST", "/flow_runs/{id}/set_state"): FlowRunSetStateBody,
    ("POST", "/flows/"): FlowCreate,
    ("POST", "/flows/bulk_delete"): FlowsBulkDeleteBody,
    ("POST", "/flows/count"): FlowsCountBody,
    ("POST", "/flows/filter"): FlowsFilterBody,
    ("POST", "/flows/paginate"): FlowsPageBody,
    ("PATCH", "/flows/{id}"): FlowUpdate,
    ("POST", "/logs/"): list[LogCreate],
    ("POST", "/logs/filter"): LogsFilterBody,
    ("PUT", "/saved_searches/"): SavedSearchCreate,
    ("POST", "/saved_searches/filter"): SavedSearchesFilterBody,
    ("POST", "/task_runs/"): TaskRunCreate,
    ("POST", "/task_runs/count"): TaskRunsCountBody,
    ("POST", "/task_runs/filter"): TaskRunsFilterBody,
    ("POST", "/task_runs/history"): TaskRunsHistoryBody,
    ("POST", "/task_runs/paginate"): TaskRunsPageBody,
    ("PATCH", "/task_runs/{id}"): TaskRunUpdate,
    ("POST", "/task_runs/{id}/set_state"): TaskRunSetStateBody,
    ("POST", "/task_workers/filter"): TaskWorkersFilterBody,
    ("POST", "/templates/validate"): str,
    ("POST", "/ui/flow_runs/count-task-runs"): TaskRunsByFlowRunBody,
    ("POST", "/ui/flow_runs/history"): FlowRunsPlotBody,
    ("POST", "/ui/flows/count-deployments"): DeploymentsByFlowBody,
    ("POST", "/ui/flows/next-runs"): NextRunsByFlowBody,
    ("POST", "/ui/schemas/validate"): SchemaValidateBody,
    ("POST", "/ui/task_runs/count"): TaskRunsByStateBody,
    ("POST", "/ui/task_runs/dashboard/counts"): TaskRunsDashboardBody,
    ("POST", "/v2/concurrency_limits/"): ConcurrencyLimitV2Create,
    ("POST", "/v2/concurrency_limits/decrement"): SlotsReleaseBody,
    ("POST", "/v2/concurrency_limits/decrement-with-lease"): SlotsReleaseWithLeaseBody,
    ("POST", "/v2/concurrency_limits/filter"): GlobalLimitsFilterBody,
    ("POST", "/v2/concurrency_limits/increment"): SlotsTakeBody,
    ("POST", "/v2/concurrency_limits/increment-with-lease"): SlotsTakeWithLeaseBody,
    ("POST", "/v2/concurrency_limits/leases/{lease_id}/renew"): LeaseRenewBody,
    ("PATCH", "/v2/concurrency_limits/{id_or_name}"): ConcurrencyLimitV2Update,
    ("POST", "/variables/"): VariableCreate,
    ("POST", "/variables/count"): VariablesCountBody,
    ("POST", "/variables/filter"): VariablesFilterBody,
    ("PATCH", "/variables/name/{name}"): VariableUpdate,
    ("PATCH", "/variables/{id}"): VariableUpdate,
    ("POST", "/work_pools/"): WorkPoolCreate,
    ("POST", "/work_pools/count"): WorkPoolsCountBody,
    ("POST", "/work_pools/filter"): WorkPoolsFilterBody,
    ("PATCH", "/work_pools/{name}"): WorkPoolUpdate,
    ("POST", "/work_pools/{name}/concurrency_status"): WorkPoolOccupancyBody,
    ("POST", "/work_pools/{name}/get_scheduled_flow_runs"): WorkPoolScheduledRunsBody,
    ("POST", "/work_pools/{work_pool_name}/queues"): WorkQueueCreate,
    ("POST", "/work_pools/{work_pool_name}/queues/filter"): PoolQueuesFilterBody,
    ("PATCH", "/work_pools/{work_pool_name}/queues/{name}"): WorkQueueUpdate,
    ("POST", "/work_pools/{work_pool_name}/workers/filter"): WorkersFilterBody,
    ("POST", "/work_pools/{work_pool_name}/workers/heartbeat"): WorkerHeartbeatBody,
    ("POST", "/work_queues/"): WorkQueueCreate,
    ("POST", "/work_queues/filter"): WorkQueuesFilterBody,
    ("PATCH", "/work_queues/{id}"): WorkQueueUpdate,
    ("POST", "/work_queues/{id}/concurrency_status"): WorkQueueOccupancyBody,
    ("POST", "/work_queues/{id}/get_runs"): WorkQueueRunsBody,
}
