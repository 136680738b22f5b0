"""What the routes of flows read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Body, NonNegativeInteger, PageLimit, PageNumber
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.sorting import FlowSort
from prefect.wire.filters.task_runs import TaskRunFilter
from prefect.wire.filters.work import WorkPoolFilter


class FlowsFilterBody(Body):
    """Which flows, in which order, from which on."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None
    sort: FlowSort = FlowSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class FlowsPageBody(Body):
    """A page of flows."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None
    sort: FlowSort = FlowSort.NAME_ASC
    page: PageNumber = 1
    limit: PageLimit = None


class FlowsCountBody(Body):
    """Which flows to count."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    work_pools: WorkPoolFilter | None = None


class FlowsBulkDeleteBody(Body):
    """Which flows to delete."""

    flows: FlowFilter | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class DeploymentsByFlowBody(Body):
    """Flows whose deployments to count."""

    flow_ids: list[UUID]


class NextRunsByFlowBody(Body):
    """Flows whose next runs to find."""

    flow_ids: list[UUID]
