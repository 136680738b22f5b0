"""Deployments: lists and counts, each with its schedules, its limit and where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from prefect.storage.aggregates.filters import Filters, deployments_where
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import (
    concurrency_limit,
    concurrency_slot,
    deployment,
    deployment_schedule,
    flow,
    flow_run,
    work_pool,
    work_queue,
)

SORTS = {
    "CREATED_DESC": deployment.c.created.desc(),
    "UPDATED_DESC": deployment.c.updated.desc(),
    "NAME_ASC": deployment.c.name.asc(),
    "NAME_DESC": deployment.c.name.desc(),
}


def _with_pool() -> Select[*tuple[object, ...]]:
    joined = deployment.outerjoin(work_queue, work_queue.c.id == deployment.c.work_queue_id)
    joined = joined.outerjoin(work_pool, work_pool.c.id == work_queue.c.work_pool_id)
    return select(deployment, work_pool.c.name.label("pool_name")).select_from(joined)


def filtered_page(reading: Reading, filters: Filters, sort: str, limit: int, now: int, offset: int = 0) -> list[Record]:
    """Deployments that match filters, as `by_id` has them."""
    query = _with_pool().where(deployments_where(filters)).order_by(SORTS[sort], deployment.c.id.desc())
    return _whole(reading, reading.rows(query.limit(limit).offset(offset)), now)


def filtered_ids(reading: Reading, filters: Filters, limit: int) -> list[UUID]:
    """Ids of deployments that match filters, the oldest first."""
    query = select(deployment.c.id).where(deployments_where(filters)).order_by(deployment.c.id).limit(limit)
    return [UUID(str(row["id"])) for row in reading.rows(query)]


def filtered_count(reading: Reading, filters: Filters) -> int:
    """How many deployments match filters."""
    counted = select(func.count().label("count")).select_from(deployment).where(deployments_where(filters))
    found = reading.one(counted)
    return int(str(found["count"])) if found else 0


def by_id(reading: Reading, deployment_id: UUID, now: int) -> Record | None:
    """The deployment of that id; None if there is none.

    With its pool's name as `pool_name`, its `schedules`, and its `limit`, whose slots taken at `now` are `taken`.
    """
    found = reading.rows(_with_pool().where(deployment.c.id == deployment_id))
    return next(iter(_whole(reading, found, now)), None)


def by_name(reading: Reading, flow_name: str, name: str, now: int) -> Record | None:
    """The deployment of a flow, both by name, as `by_id` has it."""
    of_flow = deployment.c.flow_id == select(flow.c.id).where(flow.c.name == flow_name).scalar_subquery()
    found = reading.rows(_with_pool().where(of_flow, deployment.c.name == name))
    return next(iter(_whole(reading, found, now)), None)


def _whole(reading: Reading, found: list[Record], now: int) -> list[Record]:
    schedules = schedules_of(reading, [row["id"] for row in found])
    limits = _limits(reading, [row["concurrency_limit_id"] for row in found if row["concurrency_limit_id"]], now)
    return [
        {**row, "schedules": schedules.get(row["id"], []), "limit": limits.get(row["concurrency_limit_id"])}
        for row in found
    ]


def schedules_of(reading: Reading, deployment_ids: Sequence[object]) -> dict[object, list[Record]]:
    """Schedules by deployment, the last to change first."""
    if not deployment_ids:
        return {}
    query = select(deployment_schedule).where(deployment_schedule.c.deployment_id.in_(deployment_ids))
    listed: dict[object, list[Record]] = {}
    for row in reading.rows(query.order_by(deployment_schedule.c.updated.desc(), deployment_schedule.c.id.desc())):
        listed.setdefault(row["deployment_id"], []).append(row)
    return listed


def _limits(reading: Reading, ids: Sequence[object], now: int) -> dict[object, Record]:
    if not ids:
        return {}
    live = (concurrency_slot.c.limit_id == concurrency_limit.c.id) & (concurrency_slot.c.expires > now)
    taken = select(func.coalesce(func.sum(concurrency_slot.c.occupy), 0)).where(live).scalar_subquery()
    query = select(concurrency_limit, taken.label("taken")).where(concurrency_limit.c.id.in_(ids))
    return {row["id"]: row for row in reading.rows(query)}


def counts_by_flow(reading: Reading, flow_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many deployments each of these flows has."""
    query = select(deployment.c.flow_id, func.count().label("count")).where(deployment.c.flow_id.in_(flow_ids))
    found = reading.rows(query.group_by(deployment.c.flow_id))
    counts = {UUID(str(row["flow_id"])): int(str(row["count"])) for row in found}
    return {flow_id: counts.get(flow_id, 0) for flow_id in flow_ids}


def next_runs_by_flow(reading: Reading, flow_ids: Sequence[UUID]) -> dict[UUID, Record | None]:
    """The next run of each of these flows that waits for its time."""
    number = (
        func.row_number()
        .over(partition_by=flow_run.c.flow_id, order_by=(flow_run.c.next_scheduled_start_time, flow_run.c.id))
        .label("number")
    )
    columns = [flow_run.c[name] for name in NEXT_RUN]
    waiting = select(*columns, number).where(flow_run.c.flow_id.in_(flow_ids), flow_run.c.state_type == "SCHEDULED")
    ranked = waiting.subquery()
    found = reading.rows(select(ranked).where(ranked.c.number == 1))
    by_flow = {row["flow_id"]: {name: row[name] for name in NEXT_RUN} for row in found}
    return {flow_id: by_flow.get(flow_id) for flow_id in flow_ids}


NEXT_RUN = ("id", "flow_id", "name", "state_name", "state_type", "next_scheduled_start_time")
