"""Log lines of a run, in the order they were written."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from prefect.storage.aggregates.filters import LOGS
from prefect.storage.aggregates.pages import page_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Given, where
from prefect.storage.tables import log

_ORDER = (log.c.timestamp, log.c.id)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Whose lines: those of a flow run with its tasks', or of one task run."""

    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None

    def clause(self) -> ColumnElement[bool]:
        """The condition on the table."""
        if self.task_run_id is not None:
            return log.c.task_run_id == self.task_run_id
        return log.c.flow_run_id == self.flow_run_id


def page(
    reading: Reading, wanted: LogFilter, limit: int | None = None, offset: int = 0, newest_first: bool = False
) -> list[Record]:
    """Lines from the first, or from the last if `newest_first`."""
    order = tuple(column.desc() for column in _ORDER) if newest_first else _ORDER
    return reading.rows(select(log).where(wanted.clause()).order_by(*order).limit(limit).offset(offset))


def count(reading: Reading, wanted: LogFilter) -> int:
    """How many lines there are."""
    found = reading.one(select(func.count().label("count")).select_from(log).where(wanted.clause()))
    return int(str(found["count"])) if found else 0


def since(reading: Reading, wanted: LogFilter, after: Record | None, limit: int | None = None) -> list[Record]:
    """Lines after one seen before, or from the first; no more than `limit`."""
    query = select(log).where(wanted.clause()).order_by(*_ORDER).limit(limit)
    if after is not None:
        query = query.where(tuple_(*_ORDER) > tuple_(after["timestamp"], after["id"], types=[c.type for c in _ORDER]))
    return reading.rows(query)


def filtered_page(
    reading: Reading, given: Given | None, newest_first: bool, limit: int, offset: int = 0
) -> list[Record]:
    """Lines that match a filter, from the first, or from the last if `newest_first`."""
    order = tuple(column.desc() for column in _ORDER) if newest_first else _ORDER
    return page_of(reading, log, where(LOGS, given), order, limit, offset)
