"""Which work pools, work queues and workers."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Filter, Moment, Text
from prefect.wire.filters.common import Combined
from prefect.wire.work.status import WorkerStatus


class WorkPoolFilterId(Filter):
    """Which work pools, by id."""

    any_: list[UUID] | None = None


class WorkPoolFilterName(Filter):
    """Which work pools, by name."""

    any_: list[Text] | None = None


class WorkPoolFilterType(Filter):
    """Which work pools, by type."""

    any_: list[Text] | None = None


class WorkQueueFilterId(Filter):
    """Which work queues, by id."""

    any_: list[UUID] | None = None


class WorkQueueFilterName(Filter):
    """Which work queues, by name."""

    any_: list[Text] | None = None
    startswith_: list[Text] | None = None


class WorkerFilterLastHeartbeatTime(Filter):
    """Which workers, by when they last reported."""

    before_: Moment | None = None
    after_: Moment | None = None


class WorkerFilterStatus(Filter):
    """Which workers, by status."""

    any_: list[WorkerStatus] | None = None
    not_any_: list[WorkerStatus] | None = None


class WorkerFilterWorkPoolId(Filter):
    """Which workers, by work pool."""

    any_: list[UUID] | None = None


class WorkPoolFilter(Combined):
    """Which work pools."""

    id: WorkPoolFilterId | None = None
    name: WorkPoolFilterName | None = None
    type: WorkPoolFilterType | None = None


class WorkQueueFilter(Combined):
    """Which work queues."""

    id: WorkQueueFilterId | None = None
    name: WorkQueueFilterName | None = None


class WorkerFilter(Combined):
    """Which workers."""

    last_heartbeat_time: WorkerFilterLastHeartbeatTime | None = None
    status: WorkerFilterStatus | None = None
