"""Work pools and their workers."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from prefect.client.calls import (
    MISSING,
    TAKEN,
    Call,
    Calls,
    JsonObject,
    ask,
    conditions,
    given,
    known,
    many,
    nothing,
    one,
    path,
    plain,
    searching,
)
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import WorkerFilter, WorkPoolFilter
from prefect.client.schemas.objects import Worker, WorkerMetadata, WorkPool
from prefect.client.schemas.responses import WorkerFlowRunResponse, WorkPoolConcurrencyStatus
from prefect.exceptions import ObjectAlreadyExists

if TYPE_CHECKING:
    import httpx


def create_work_pool(work_pool: WorkPoolCreate, overwrite: bool = False) -> Calls[WorkPool]:
    """Make a work pool; with `overwrite`, change the one of that name, but for its type, if there is one.

    Raises ObjectAlreadyExists.
    """
    try:
        return (yield from ask(Call("POST", "/work_pools/", one(WorkPool), body=given(work_pool), refusals=TAKEN)))
    except ObjectAlreadyExists:
        if not overwrite:
            raise
    existing = yield from ask(read_work_pool(work_pool.name))
    if existing.type != work_pool.type:
        warnings.warn(
            f"Work pool {work_pool.name!r} stays of type {existing.type!r}: overwriting work pool type is not supported.",
            stacklevel=2,
        )
    changes = WorkPoolUpdate.model_validate(work_pool.model_dump(exclude={"name", "type"})).model_dump(mode="json")
    yield from ask(Call("PATCH", path("/work_pools/{}", work_pool.name), nothing, body=changes, refusals=MISSING))
    return (yield from ask(read_work_pool(work_pool.name)))


def read_work_pool(work_pool_name: str) -> Call[WorkPool]:
    """A work pool. Raises ObjectNotFound."""
    return Call("GET", path("/work_pools/{}", work_pool_name), one(WorkPool), refusals=MISSING)


def read_work_pools(
    limit: int | None = None, offset: int = 0, work_pool_filter: WorkPoolFilter | None = None
) -> Call[list[WorkPool]]:
    """The work pools that meet the filter; at most `limit`, by default as many as the server's page holds."""
    body = {**conditions(work_pools=work_pool_filter), **known(limit=limit, offset=offset)}
    return searching("/work_pools/filter", many(WorkPool), body)


def update_work_pool(work_pool_name: str, work_pool: WorkPoolUpdate) -> Call[None]:
    """Change what is given of a work pool. Raises ObjectNotFound."""
    return Call("PATCH", path("/work_pools/{}", work_pool_name), nothing, body=given(work_pool), refusals=MISSING)


def delete_work_pool(work_pool_name: str) -> Call[None]:
    """Delete a work pool with its queues. Raises ObjectNotFound."""
    return Call("DELETE", path("/work_pools/{}", work_pool_name), nothing, refusals=MISSING)


def read_work_pool_concurrency_status(
    work_pool_name: str, page: int = 1, limit: int | None = None, flow_run_limit: int = 10
) -> Call[WorkPoolConcurrencyStatus]:
    """Who takes the slots of a work pool: its queues, page by page, each with some of its flow runs.

    Raises ObjectNotFound.
    """
    body = {"page": page, "flow_run_limit": flow_run_limit, **known(limit=limit)}
    place = path("/work_pools/{}/concurrency_status", work_pool_name)
    return searching(place, one(WorkPoolConcurrencyStatus), body, MISSING)


def get_scheduled_flow_runs_for_work_pool(
    work_pool_name: str, work_queue_names: list[str] | None = None, scheduled_before: datetime | None = None
) -> Call[list[WorkerFlowRunResponse]]:
    """The runs that a worker of the pool may start now, in its order. Raises ObjectNotFound."""
    body = known(work_queue_names=work_queue_names, scheduled_before=scheduled_before)
    place = path("/work_pools/{}/get_scheduled_flow_runs", work_pool_name)
    return searching(place, many(WorkerFlowRunResponse), body, MISSING)


# --- workers


def send_worker_heartbeat(
    work_pool_name: str,
    worker_name: str,
    heartbeat_interval_seconds: float | None = None,
    get_worker_id: bool = False,
    worker_metadata: WorkerMetadata | None = None,
) -> Call[UUID | None]:
    """Say that a worker is alive. Its id is returned if it is asked for and the server knows workers by id."""
    body: dict[str, object] = {"name": worker_name, "heartbeat_interval_seconds": heartbeat_interval_seconds}
    if worker_metadata is not None:
        body["metadata"] = given(worker_metadata)
    if get_worker_id:
        body["return_id"] = True
    place = path("/work_pools/{}/workers/heartbeat", work_pool_name)
    return Call("POST", place, _worker_id, body=body, repeatable=True)


def _worker_id(answer: httpx.Response) -> UUID | None:
    return UUID(answer.json()) if answer.status_code == 200 and answer.content else None


def read_workers_for_work_pool(
    work_pool_name: str,
    worker_filter: WorkerFilter | None = None,
    offset: int | None = None,
    limit: int | None = None,
) -> Call[list[Worker]]:
    """The workers of a pool that meet the filter."""
    body = {**conditions(workers=worker_filter), **known(offset=offset, limit=limit)}
    return searching(path("/work_pools/{}/workers/filter", work_pool_name), many(Worker), body)


def read_worker_metadata() -> Call[JsonObject]:
    """What is known of each type of worker, by package and type."""
    return Call("GET", "/collections/views/aggregate-worker-metadata", plain)
