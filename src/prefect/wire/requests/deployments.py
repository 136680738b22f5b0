"""What the routes of deployments read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from prefect.wire.base import (
    Body,
    GivenMoment,
    GivenSeconds,
    NonNegativeInteger,
    PageLimit,
    PageNumber,
)
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.sorting import DeploymentSort
from prefect.wire.filters.task_runs import TaskRunFilter
from prefect.wire.filters.work import WorkPoolFilter, WorkQueueFilter


class DeploymentsFilterBody(Body):
    """Which deployments, in which order, from which on."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None
    work_pool_queues: WorkQueueFilter | None = None
    sort: DeploymentSort = DeploymentSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class DeploymentsPageBody(Body):
    """A page of deployments."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None
    work_pool_queues: WorkQueueFilter | None = None
    sort: DeploymentSort = DeploymentSort.NAME_ASC
    page: PageNumber = 1
    limit: PageLimit = None


class DeploymentsCountBody(Body):
    """Which deployments to count."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None
    work_pool_queues: WorkQueueFilter | None = None


class DeploymentsBulkDeleteBody(Body):
    """Which deployments to delete."""

    deployments: DeploymentFilter | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class ScheduledFlowRunsBody(Body):
    """Deployments whose next runs to return."""

    deployment_ids: list[UUID]
    scheduled_before: GivenMoment = None
    limit: PageLimit = None


class DeploymentScheduleBody(Body):
    """Which runs of a deployment to make ahead of time."""

    start_time: GivenMoment = None
    end_time: GivenMoment = None
    min_time: GivenSeconds = None
    min_runs: PageLimit = None
    max_runs: PageLimit = None
