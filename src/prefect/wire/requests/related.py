"""Which things a request is about, by filters on what they are related to."""

from __future__ import annotations

from prefect.wire.base import Body
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.task_runs import TaskRunFilter
from prefect.wire.filters.work import WorkPoolFilter, WorkQueueFilter


class RelatedToRuns(Body):
    """By flows, runs and deployments."""

    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None


class RelatedToPools(RelatedToRuns):
    """By work pools as well."""

    work_pools: WorkPoolFilter | None = None


class RelatedToQueues(RelatedToPools):
    """By work queues as well."""

    work_pool_queues: WorkQueueFilter | None = None
