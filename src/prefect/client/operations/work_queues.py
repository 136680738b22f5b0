"""Work queues, of a pool or of the default one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect.client.calls import (
    MISSING,
    TAKEN,
    Call,
    Calls,
    ask,
    conditions,
    given,
    known,
    many,
    nothing,
    one,
    path,
    searching,
)
from prefect.client.schemas.actions import WorkQueueCreate, WorkQueueUpdate
from prefect.client.schemas.filters import WorkQueueFilter
from prefect.client.schemas.objects import FlowRun, WorkQueue, WorkQueueStatusDetail
from prefect.client.schemas.responses import WorkQueueConcurrencyStatus

PAGE = 100


def create_work_queue(
    name: str,
    description: str | None = None,
    is_paused: bool | None = None,
    concurrency_limit: int | None = None,
    priority: int | None = None,
    work_pool_name: str | None = None,
) -> Call[WorkQueue]:
    """Make a work queue. Raises ObjectAlreadyExists, ObjectNotFound if there is no such pool."""
    wanted = known(
        name=name,
        description=description,
        is_paused=is_paused,
        concurrency_limit=concurrency_limit,
        priority=priority,
    )
    body = given(WorkQueueCreate.model_validate(wanted))
    refusals = {**MISSING, **TAKEN}
    return Call("POST", _queues(work_pool_name, "/work_queues/", ""), one(WorkQueue), body=body, refusals=refusals)


def _queues(work_pool_name: str | None, default: str, below: str) -> str:
    """Where queues are: below a pool, or in the default place."""
    return default if work_pool_name is None else path("/work_pools/{}/queues", work_pool_name) + below


def read_work_queue(id: UUID) -> Call[WorkQueue]:
    """A work queue. Raises ObjectNotFound."""
    return Call("GET", path("/work_queues/{}", id), one(WorkQueue), refusals=MISSING)


def read_work_queue_by_name(name: str, work_pool_name: str | None = None) -> Call[WorkQueue]:
    """A work queue. Raises ObjectNotFound."""
    place = _queues(work_pool_name, path("/work_queues/name/{}", name), path("/{}", name))
    return Call("GET", place, one(WorkQueue), refusals=MISSING)


def read_work_queues(
    work_pool_name: str | None = None,
    work_queue_filter: WorkQueueFilter | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> Call[list[WorkQueue]]:
    """The work queues, of one pool or of all, that meet the filter."""
    body = {**conditions(work_queues=work_queue_filter), **known(limit=limit, offset=offset)}
    return searching(_queues(work_pool_name, "/work_queues/filter", "/filter"), many(WorkQueue), body)


def match_work_queues(prefixes: list[str], work_pool_name: str | None = None) -> Calls[list[WorkQueue]]:
    """All work queues whose names begin with one of the prefixes, read page by page."""
    body = {"work_queues": {"name": {"startswith_": prefixes}}, "limit": PAGE}
    place = _queues(work_pool_name, "/work_queues/filter", "/filter")
    found: list[WorkQueue] = []
    while True:
        page = yield from ask(searching(place, many(WorkQueue), {**body, "offset": len(found)}))
        found += page
        if len(page) < PAGE:
            return found


def update_work_queue(id: UUID, **kwargs: Any) -> Call[None]:
    """Change fields of a work queue, those of `WorkQueueUpdate`. Raises ObjectNotFound, ValueError if none is given."""
    if not kwargs:
        raise ValueError("No fields provided to update.")
    body = given(WorkQueueUpdate.model_validate(kwargs))
    return Call("PATCH", path("/work_queues/{}", id), nothing, body=body, refusals=MISSING)


def delete_work_queue_by_id(id: UUID) -> Call[None]:
    """Delete a work queue. Raises ObjectNotFound."""
    return Call("DELETE", path("/work_queues/{}", id), nothing, refusals=MISSING)


def read_work_queue_status(id: UUID) -> Call[WorkQueueStatusDetail]:
    """Whether a work queue is polled, and how late its runs are. Raises ObjectNotFound."""
    return Call("GET", path("/work_queues/{}/status", id), one(WorkQueueStatusDetail), refusals=MISSING)


def read_work_queue_concurrency_status(
    id: UUID, page: int = 1, limit: int | None = None
) -> Call[WorkQueueConcurrencyStatus]:
    """Which flow runs take the slots of a work queue, page by page. Raises ObjectNotFound."""
    body = {"page": page, **known(limit=limit)}
    place = path("/work_queues/{}/concurrency_status", id)
    return searching(place, one(WorkQueueConcurrencyStatus), body, MISSING)


def get_runs_in_work_queue(id: UUID, limit: int = 10, scheduled_before: datetime | None = None) -> Call[list[FlowRun]]:
    """The runs of a work queue that are due before a moment, by default now. Raises ObjectNotFound."""
    body = {"limit": limit, "scheduled_before": scheduled_before or datetime.now(UTC)}
    return searching(path("/work_queues/{}/get_runs", id), many(FlowRun), body, MISSING)
