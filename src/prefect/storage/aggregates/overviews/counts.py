"""Counts that views ask for: task runs by state, by their flow run and by time; flow runs as points of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, func, literal, select, union_all

from prefect.storage.aggregates import flow_runs
from prefect.storage.aggregates.filters import Filters, task_runs_where
from prefect.storage.aggregates.overviews.histories import Intervals
from prefect.storage.aggregates.overviews.sums import micros
from prefect.storage.aggregates.reading import Reading, Record, count_by
from prefect.storage.aggregates.walks import TASK_BEGUN, Statement, Walk, by_time, for_task_runs
from prefect.storage.aggregates.where import Condition
from prefect.storage.tables import flow_run, task_run

MANY = 500
"""Ids that one statement asks for."""


def task_runs_by_state(reading: Reading, filters: Filters) -> dict[str, int]:
    """How many task runs that match filters are in each type of state."""
    found, everywhere = for_task_runs(reading, filters)
    query = count_by(task_run, "state_type").where(task_runs_where(found))
    if everywhere:
        query = by_time(reading, query, TASK_BEGUN)
    return _counted(reading.rows(query))


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


ENDED_WELL, ENDED_BADLY = ("COMPLETED", "CANCELLED"), ("FAILED", "CRASHED")


def outcomes_over_time(reading: Reading, filters: Filters, intervals: Intervals) -> list[Record]:
    """For each interval, its number as `interval`, how many task runs that began in it ended `well` or `badly`."""
    found, everywhere = for_task_runs(reading, filters)
    condition = task_runs_where(found)
    if set(found) == {"task_runs"}:
        # One range after the other: to divide and group what lies in all of them takes five times as long.
        parts = [_outcomes(intervals, number, condition) for number in range(intervals.count)]
        told = [by_time(reading, part, TASK_BEGUN) if everywhere else part for part in parts]
        return reading.rows(select(union_all(*told).subquery()))
    number = ((micros(task_run.c.start_time) - intervals.start) // literal(intervals.length, BigInteger)).label(
        "interval"
    )
    query = _counted_outcomes(number).where(_within(intervals.start, intervals.end), condition).group_by(number)
    return reading.rows(by_time(reading, query, TASK_BEGUN) if everywhere else query)


def _outcomes(intervals: Intervals, number: int, condition: Condition) -> Statement:
    start = intervals.start + number * intervals.length
    query = _counted_outcomes(literal(number, BigInteger).label("interval"))
    return query.where(_within(start, start + intervals.length), condition)


def _counted_outcomes(interval: ColumnElement[int]) -> Statement:
    state = task_run.c.state_type
    counts = (func.count().filter(state.in_(kinds)) for kinds in (ENDED_WELL, ENDED_BADLY))
    return select(interval, *(count.label(name) for count, name in zip(counts, ("well", "badly"), strict=True)))


def _within(start: int, end: int) -> Condition:
    began = micros(task_run.c.start_time)
    return (began >= start) & (began < end)


POINT = ("id", "state_type", "state_timestamp", "expected_start_time", "start_time", "run_time")


def points(reading: Reading, filters: Filters, sort: str, limit: int, offset: int) -> list[Record]:
    """Flow runs that match filters, with as much of each as a plot needs."""
    walk, order = Walk(reading, filters), flow_runs.order_of(sort)
    found = select(flow_run.c.id).where(walk.condition).order_by(*order).limit(limit).offset(offset)
    chosen = walk.listing(found, sort).subquery("chosen")
    query = select(*(flow_run.c[name] for name in POINT))
    return reading.rows(query.join(chosen, chosen.c.id == flow_run.c.id).order_by(*order))
