"""Workers, the runs they take, and task workers."""

from __future__ import annotations

from uuid import UUID

from pydantic import ConfigDict

from prefect.wire.base import Integer, Moment, Record, Shape, Text
from prefect.wire.flow_runs import FlowRun
from prefect.wire.work.status import WorkerStatus


class Worker(Record):
    """A process that takes runs from a work pool."""

    name: Text
    heartbeat_interval_seconds: Integer | None = None
    last_heartbeat_time: Moment | None = None
    status: WorkerStatus = WorkerStatus.OFFLINE
    work_pool_id: UUID


class WorkerResponse(Worker):
    """A worker as the server answers it."""


class WorkerFlowRunResponse(Shape):
    """A flow run for a worker to start."""

    work_pool_id: UUID
    work_queue_id: UUID
    flow_run: FlowRun


class TaskWorkerFilter(Shape):
    """Which task workers."""

    task_keys: list[Text]


class TaskWorkerResponse(Shape):
    """A process that runs tasks in the background."""

    identifier: Text
    task_keys: list[Text]
    timestamp: Moment


class Integration(Shape):
    """A package that a worker has, beside the base install."""

    name: Text
    version: Text


class WorkerMetadata(Shape):
    """What a worker says of itself."""

    model_config = ConfigDict(extra="allow")

    integrations: list[Integration]
