"""Variables: lists, and one by name."""

from __future__ import annotations

from sqlalchemy import select

from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import variable


def page(reading: Reading, limit: int | None = None, offset: int = 0) -> list[Record]:
    """Variables by name."""
    return reading.rows(select(variable).order_by(variable.c.name).limit(limit).offset(offset))


def by_name(reading: Reading, name: str) -> Record | None:
    """The variable of that name; None if there is none."""
    return reading.one(select(variable).where(variable.c.name == name))
