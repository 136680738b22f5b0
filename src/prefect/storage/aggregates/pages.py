"""Pages and counts of one table by a filter: what most lists of the API are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, func, select

from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Condition
from prefect.storage.types import Expression


def page_of(
    reading: Reading,
    table: Table,
    condition: Condition,
    order: Sequence[Expression],
    limit: int,
    offset: int = 0,
) -> list[Record]:
    """Rows of a table for which a condition holds."""
    return reading.rows(select(table).where(condition).order_by(*order).limit(limit).offset(offset))


def count_of(reading: Reading, table: Table, condition: Condition) -> int:
    """For how many rows of a table a condition holds."""
    counted = reading.one(select(func.count().label("count")).select_from(table).where(condition))
    return int(str(counted["count"])) if counted else 0


def one_of(reading: Reading, table: Table, condition: Condition) -> Record | None:
    """The row of a table for which a condition holds; None if there is none."""
    return reading.one(select(table).where(condition))
