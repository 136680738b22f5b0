"""Counts that views ask for: task runs by state, by their flow run and by time; flow runs as points of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, func, literal, select

from prefect.storage.aggregates import flow_runs
from prefect.storage.aggregates.filters import Filters, flow_runs_where, task_runs_where
from prefect.storage.aggregates.overviews.histories import Intervals
from prefect.storage.aggregates.overviews.sums import micros
from prefect.storage.aggregates.reading import Reading, Record, count_by
from prefect.storage.tables import flow_run, task_run

MANY = 500
"""Ids that one statement asks for."""


def task_runs_by_state(reading: Reading, filters: Filters) -> dict[str, int]:
    """How many task runs that match filters are in each type of state."""
    return _counted(reading.rows(count_by(task_run, "state_type").where(task_runs_where(filters))))


def _counted(rows: Sequence[Record]) -> dict[str, int]:
    return {str(row["value"]): int(str(row["count"])) for row in rows if row["value"] is not None}


def task_runs_by_flow_run(reading: Reading, flow_run_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many task runs each of these flow runs has, those that stand for subflow runs apart."""
    counts = dict.fromkeys(flow_run_ids, 0)
    wanted = list(counts)
    subflow = select(flow_run.c.id).where(flow_run.c.parent_task_run_id == task_run.c.id).exists()
    for first in range(0, len(wanted), MANY):
        some = wanted[first : first + MANY]
        query = count_by(task_run, "flow_run_id").where(task_run.c.flow_run_id.in_(some), ~subflow)
        counts.update({UUID(str(row["value"])): int(str(row["count"])) for row in reading.rows(query)})
    return counts


def task_runs_over_time(reading: Reading, filters: Filters, intervals: Intervals) -> list[Record]:
    """How many task runs began in each interval, its number as `interval`, by type of state."""
    began = micros(task_run.c.start_time)
    number = ((began - literal(intervals.start, BigInteger)) // literal(intervals.length, BigInteger)).label("interval")
    within = (began >= intervals.start, began < intervals.end)
    query = select(number, task_run.c.state_type, func.count().label("count"))
    return reading.rows(query.where(*within, task_runs_where(filters)).group_by(number, task_run.c.state_type))


POINT = ("id", "state_type", "state_timestamp", "expected_start_time", "start_time", "run_time")


def points(reading: Reading, filters: Filters, sort: str, limit: int, offset: int) -> list[Record]:
    """Flow runs that match filters, with as much of each as a plot needs."""
    query = select(*(flow_run.c[name] for name in POINT)).where(flow_runs_where(filters))
    return reading.rows(query.order_by(*flow_runs.order_of(sort)).limit(limit).offset(offset))
