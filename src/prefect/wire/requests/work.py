"""What the routes of work pools, work queues and workers read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from prefect.wire.base import Body, GivenMoment, Integer, NonNegativeInteger, PageLimit, PageNumber, Text
from prefect.wire.filters.work import WorkerFilter, WorkPoolFilter, WorkQueueFilter
from prefect.wire.work.workers import TaskWorkerFilter


class WorkPoolsFilterBody(Body):
    """Which work pools, from which on."""

    work_pools: WorkPoolFilter | None = None
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class WorkPoolsCountBody(Body):
    """Which work pools to count."""

    work_pools: WorkPoolFilter | None = None


class WorkPoolScheduledRunsBody(Body):
    """Which runs a worker may take."""

    scheduled_after: GivenMoment = None
    scheduled_before: GivenMoment = None
    work_queue_names: Annotated[list[Text] | None, WithJsonSchema({"type": "array", "items": {"type": "string"}})] = (
        None
    )
    """None means all queues of the pool."""

    limit: PageLimit = None


class WorkPoolOccupancyBody(Body):
    """A page of who holds a pool's slots."""

    flow_run_limit: Annotated[int, Field(ge=0, le=200)] = 10
    page: PageNumber = 1
    limit: PageLimit = None


class PoolQueuesFilterBody(Body):
    """Which queues of a pool, from which on."""

    work_queues: WorkQueueFilter | None = None
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class WorkQueuesFilterBody(Body):
    """Which queues, from which on."""

    work_queues: WorkQueueFilter | None = None
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class WorkQueueRunsBody(Body):
    """Which runs of a queue to take."""

    scheduled_before: GivenMoment = None
    limit: PageLimit = None


class WorkQueueOccupancyBody(Body):
    """A page of who holds a queue's slots."""

    page: PageNumber = 1
    limit: PageLimit = None


class WorkersFilterBody(Body):
    """Which workers of a pool, from which on."""

    workers: WorkerFilter | None = None
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class WorkerHeartbeatBody(Body):
    """A worker that reports."""

    name: Text
    heartbeat_interval_seconds: Integer | None = None


class TaskWorkersFilterBody(Body):
    """Which task workers."""

    task_worker_filter: TaskWorkerFilter | None = None
