"""Work queues: the order in which a pool's runs are taken."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from prefect.wire.base import (
    Integer,
    Moment,
    Name,
    NonNegativeInteger,
    PositiveInteger,
    Record,
    Request,
    Shape,
    Text,
    now,
)
from prefect.wire.work.status import WorkQueueStatus


class QueueFilter(Shape):
    """Which runs an agent's queue holds; only kept, no longer used."""

    tags: list[Text] | None = None
    deployment_ids: list[UUID] | None = None


class WorkQueue(Record):
    """A queue of a work pool."""

    name: Name
    active_slots: Integer | None = None
    concurrency_limit: NonNegativeInteger | None = None
    description: Text | None = ""
    filter: QueueFilter | None = None
    is_paused: bool = False
    last_polled: Moment | None = None
    priority: PositiveInteger = 1
    status: WorkQueueStatus | None = None
    work_pool_id: UUID | None = None
    work_pool_name: Text | None = None


class WorkQueueResponse(WorkQueue):
    """A work queue as the server answers it."""


class WorkQueueCreate(Request):
    """A work queue to be made."""

    name: Name
    description: Text | None = ""
    is_paused: bool = False
    concurrency_limit: NonNegativeInteger | None = None
    priority: PositiveInteger | None = None
    filter: QueueFilter | None = None


class WorkQueueUpdate(Request):
    """Changes to a work queue."""

    name: Text | None = None
    description: Text | None = None
    is_paused: bool = False
    concurrency_limit: NonNegativeInteger | None = None
    priority: PositiveInteger | None = None
    last_polled: Moment | None = None
    filter: QueueFilter | None = None


class WorkQueueHealthPolicy(Shape):
    """When a queue counts as healthy."""

    maximum_late_runs: Integer | None = 0
    maximum_seconds_since_last_polled: Integer | None = 60

    def evaluate_health_status(self, late_runs_count: int, last_polled: datetime | None = None) -> bool:
        """Whether a queue with so many late runs, polled at that moment, is healthy."""
        if self.maximum_late_runs is not None and late_runs_count > self.maximum_late_runs:
            return False
        if self.maximum_seconds_since_last_polled is None:
            return True
        return last_polled is not None and now() - last_polled <= timedelta(
            seconds=self.maximum_seconds_since_last_polled
        )


class WorkQueueStatusDetail(Shape):
    """Whether a queue is healthy, and why."""

    healthy: bool
    late_runs_count: Integer = 0
    last_polled: Moment | None = None
    health_check_policy: WorkQueueHealthPolicy
