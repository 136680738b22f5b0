"""Flows: lists."""

from __future__ import annotations

from sqlalchemy import select

from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import flow


def page(reading: Reading, limit: int, offset: int = 0) -> list[Record]:
    """Flows, newest first."""
    return reading.rows(select(flow).order_by(flow.c.created.desc(), flow.c.id.desc()).limit(limit).offset(offset))
