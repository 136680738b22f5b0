"""Flows: lists and counts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from prefect.storage.aggregates.filters import Filters, flows_where
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import flow

SORTS = {
    "CREATED_DESC": flow.c.created.desc(),
    "UPDATED_DESC": flow.c.updated.desc(),
    "NAME_ASC": flow.c.name.asc(),
    "NAME_DESC": flow.c.name.desc(),
}


def page(reading: Reading, limit: int, offset: int = 0) -> list[Record]:
    """Flows, newest first."""
    return filtered_page(reading, {}, "CREATED_DESC", limit, offset)


def filtered_page(reading: Reading, filters: Filters, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """Flows that match filters."""
    query = select(flow).where(flows_where(filters)).order_by(SORTS[sort], flow.c.id.desc())
    return reading.rows(query.limit(limit).offset(offset))


def filtered_count(reading: Reading, filters: Filters) -> int:
    """How many flows match filters."""
    counted = reading.one(select(func.count().label("count")).select_from(flow).where(flows_where(filters)))
    return int(str(counted["count"])) if counted else 0


def by_id(reading: Reading, flow_id: UUID) -> Record | None:
    """The flow of that id; None if there is none."""
    return reading.one(select(flow).where(flow.c.id == flow_id))


def by_name(reading: Reading, name: str) -> Record | None:
    """The flow of that name; None if there is none."""
    return reading.one(select(flow).where(flow.c.name == name))
