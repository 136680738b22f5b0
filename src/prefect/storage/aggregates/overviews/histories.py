"""Runs over time: how many were due in each interval, by state, and how late they began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Table, cast, func, literal, select

from prefect.storage.aggregates.filters import Filters, task_runs_where
from prefect.storage.aggregates.overviews.sums import lateness, micros, running
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.walks import TASK_TIMELINE, Walk, by_time, for_task_runs
from prefect.storage.aggregates.where import Condition
from prefect.storage.tables import flow_run, task_run


@dataclass(frozen=True, slots=True)
class Intervals:
    """So many intervals of one length, one after the other, in microseconds."""

    start: int
    length: int
    count: int

    @property
    def end(self) -> int:
        """Where the last one ends."""
        return self.start + self.length * self.count


def of_flow_runs(reading: Reading, filters: Filters, intervals: Intervals, now: int) -> list[Record]:
    """Flow runs by the interval in which they were due, its number as `interval`, and by state."""
    walk = Walk(reading, filters)
    return reading.rows(walk.over_time(_history(flow_run, walk.condition, intervals, now)))


def of_task_runs(reading: Reading, filters: Filters, intervals: Intervals, now: int) -> list[Record]:
    """The same of task runs."""
    found, everywhere = for_task_runs(reading, filters)
    query = _history(task_run, task_runs_where(found), intervals, now)
    return reading.rows(by_time(reading, query, TASK_TIMELINE) if everywhere else query)


def _history(table: Table, condition: Condition, intervals: Intervals, now: int) -> Any:
    due = micros(table.c.expected_start_time)
    number = ((due - literal(intervals.start, BigInteger)) // literal(intervals.length, BigInteger)).label("interval")
    names = (table.c.state_type, table.c.state_name)
    sums = (
        func.count().label("count"),
        cast(func.sum(running(table, now)), BigInteger).label("run_time"),
        cast(func.sum(lateness(table, now)), BigInteger).label("lateness"),
    )
    within = (due >= intervals.start, due < intervals.end, table.c.state_type.is_not(None))
    return select(number, *names, *sums).where(*within, condition).group_by(number, *names).order_by(number, *names)


def average_lateness(reading: Reading, filters: Filters, now: int) -> float | None:
    """How late flow runs began on average, in microseconds; None if there are none."""
    average = cast(func.avg(lateness(flow_run, now)), BigInteger).label("average")
    walk = Walk(reading, filters)
    found = reading.one(walk.counting(select(average).where(walk.condition)))
    value = None if found is None else found["average"]
    return None if value is None else float(str(value))
