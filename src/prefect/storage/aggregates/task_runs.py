"""Task runs: filtered lists, and one by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import FromClause, Select, func, select

from prefect.storage.aggregates.filters import Filters, task_runs_where
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.walks import TASK_TIMELINE, by_time, counted_by_time, for_task_runs
from prefect.storage.tables import flow_run, task_run


@dataclass(frozen=True, slots=True)
class TaskRunFilter:
    """Which task runs; empty fields filter nothing, several values of one field are alternatives."""

    names: Sequence[str] = ()
    state_names: Sequence[str] = ()
    """Compared without regard to case."""

    state_types: Sequence[str] = ()
    flow_run_ids: Sequence[UUID] = ()
    attempt: int | None = None


HIDDEN = frozenset({"result", "call_key"})
"""Columns that only replay reads; results may be large."""


def _query(runs: FromClause = task_run) -> Select[*tuple[object, ...]]:
    columns = [column for column in task_run.c if column.name not in HIDDEN]
    from_run = [flow_run.c.name.label("flow_run_name")]
    joined = runs.outerjoin(flow_run, flow_run.c.id == task_run.c.flow_run_id)
    return select(*columns, *from_run).select_from(joined)


def page(
    reading: Reading, wanted: TaskRunFilter, limit: int | None, offset: int = 0, oldest_first: bool = False
) -> list[Record]:
    """Task runs, the last to start first unless `oldest_first`; each with its flow run's name."""
    order = (task_run.c.expected_start_time, task_run.c.id)
    query = _filtered(_query(), wanted).order_by(*(order if oldest_first else (column.desc() for column in order)))
    return reading.rows(query.limit(limit).offset(offset))


def _filtered(query: Select[*tuple[object, ...]], wanted: TaskRunFilter) -> Select[*tuple[object, ...]]:
    if wanted.names:
        query = query.where(task_run.c.name.in_(wanted.names))
    if wanted.state_names:
        query = query.where(func.lower(task_run.c.state_name).in_([name.lower() for name in wanted.state_names]))
    if wanted.state_types:
        query = query.where(task_run.c.state_type.in_(wanted.state_types))
    if wanted.flow_run_ids:
        query = query.where(task_run.c.flow_run_id.in_(wanted.flow_run_ids))
    if wanted.attempt is not None:
        query = query.where(task_run.c.attempt == wanted.attempt)
    return query


def by_id(reading: Reading, run_id: UUID) -> Record | None:
    """The task run of that id; None if there is none."""
    return reading.one(_query().where(task_run.c.id == run_id))


# --- as the API asks for them

SORTS = {
    "ID_DESC": (task_run.c.id.desc(),),
    "EXPECTED_START_TIME_ASC": (task_run.c.expected_start_time.asc(),),
    "EXPECTED_START_TIME_DESC": (task_run.c.expected_start_time.desc(),),
    "NAME_ASC": (task_run.c.name.asc(),),
    "NAME_DESC": (task_run.c.name.desc(),),
    "NEXT_SCHEDULED_START_TIME_ASC": (task_run.c.expected_start_time.asc(),),
    "END_TIME_DESC": (task_run.c.end_time.desc().nulls_last(),),
}


BY_TIME = ("EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NEXT_SCHEDULED_START_TIME_ASC")


def filtered_page(reading: Reading, filters: Filters, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """Task runs that match filters."""
    tie = () if sort == "ID_DESC" else (task_run.c.id.desc() if sort.endswith("DESC") else task_run.c.id.asc(),)
    found, everywhere = for_task_runs(reading, filters)
    query = select(task_run.c.id).where(task_runs_where(found)).order_by(*SORTS[sort], *tie).limit(limit).offset(offset)
    if everywhere and sort in BY_TIME:
        query = by_time(reading, query, TASK_TIMELINE)
    chosen = query.subquery("chosen")
    rows = _query(chosen.join(task_run, task_run.c.id == chosen.c.id)).order_by(*SORTS[sort], *tie)
    return reading.rows(rows)


def filtered_count(reading: Reading, filters: Filters) -> int:
    """How many task runs match filters."""
    found, everywhere = for_task_runs(reading, filters)
    query = select(func.count().label("count")).select_from(task_run).where(task_runs_where(found))
    counted = reading.one(counted_by_time(reading, query, found) if everywhere else query)
    return int(str(counted["count"])) if counted else 0
