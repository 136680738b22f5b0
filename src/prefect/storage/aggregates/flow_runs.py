"""Flow runs: filtered lists, one by id or name, states and counts of their tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from prefect.storage.aggregates.filters import Filters
from prefect.storage.aggregates.reading import Reading, Record, count_by
from prefect.storage.aggregates.walks import Walk
from prefect.storage.aggregates.where import begun
from prefect.storage.tables import flow, flow_run, flow_run_state, run_attempt, task_run, work_queue


@dataclass(frozen=True, slots=True)
class FlowRunFilter:
    """Which flow runs; empty fields filter nothing, several values of one field are alternatives."""

    flow_names: Sequence[str] = ()
    state_names: Sequence[str] = ()
    """Compared without regard to case."""

    state_types: Sequence[str] = ()
    names: Sequence[str] = ()
    parent_flow_run_ids: Sequence[UUID] = ()


def _query() -> Select[*tuple[object, ...]]:
    return select(flow_run, flow.c.name.label("flow_name")).join(flow, flow.c.id == flow_run.c.flow_id)


def page(reading: Reading, wanted: FlowRunFilter, limit: int, offset: int = 0) -> list[Record]:
    """Flow runs, the last to start first, each with its flow's name as `flow_name`."""
    newest = (flow_run.c.expected_start_time.desc(), flow_run.c.id.desc())
    return reading.rows(_filtered(_query(), wanted).order_by(*newest).limit(limit).offset(offset))


def _filtered(query: Select[*tuple[object, ...]], wanted: FlowRunFilter) -> Select[*tuple[object, ...]]:
    if wanted.flow_names:
        query = query.where(flow.c.name.in_(wanted.flow_names))
    if wanted.state_names:
        query = query.where(func.lower(flow_run.c.state_name).in_([name.lower() for name in wanted.state_names]))
    if wanted.state_types:
        query = query.where(flow_run.c.state_type.in_(wanted.state_types))
    if wanted.names:
        query = query.where(flow_run.c.name.in_(wanted.names))
    if wanted.parent_flow_run_ids:
        query = query.where(flow_run.c.parent_flow_run_id.in_(wanted.parent_flow_run_ids))
    return query


def by_id(reading: Reading, run_id: UUID) -> Record | None:
    """The flow run of that id, with `flow_name`; None if there is none."""
    return reading.one(_query().where(flow_run.c.id == run_id))


def by_name(reading: Reading, name: str) -> list[Record]:
    """The flow runs of that name, newest first."""
    return page(reading, FlowRunFilter(names=(name,)), limit=50)


def states(reading: Reading, run_id: UUID) -> list[Record]:
    """Every state the run has entered, in order."""
    history = select(flow_run_state).where(flow_run_state.c.flow_run_id == run_id)
    return reading.rows(history.order_by(flow_run_state.c.sequence))


def attempts(reading: Reading, run_id: UUID) -> list[Record]:
    """The run's attempts, in order."""
    return reading.rows(select(run_attempt).where(run_attempt.c.run_id == run_id).order_by(run_attempt.c.attempt))


def task_counts(reading: Reading, run_id: UUID) -> dict[str, int]:
    """How many of the run's task runs are in each type of state."""
    counted = reading.rows(count_by(task_run, "state_type").where(task_run.c.flow_run_id == run_id))
    return {str(row["value"]): int(str(row["count"])) for row in counted}


# --- as the API asks for them

SORTS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "ID_DESC": (flow_run.c.id.desc(),),
    "START_TIME_ASC": (begun(flow_run).asc(),),
    "START_TIME_DESC": (begun(flow_run).desc(),),
    "EXPECTED_START_TIME_ASC": (flow_run.c.expected_start_time.asc(),),
    "EXPECTED_START_TIME_DESC": (flow_run.c.expected_start_time.desc(),),
    "NAME_ASC": (flow_run.c.name.asc(),),
    "NAME_DESC": (flow_run.c.name.desc(),),
    "NEXT_SCHEDULED_START_TIME_ASC": (flow_run.c.next_scheduled_start_time.asc(),),
    "END_TIME_DESC": (flow_run.c.end_time.desc(),),
}


def order_of(sort: str) -> tuple[ColumnElement[Any], ...]:
    """What a sort of the API orders by; runs that are equal in it go by id."""
    if sort == "ID_DESC":
        return SORTS[sort]
    return (*SORTS[sort], flow_run.c.id.desc() if sort.endswith("DESC") else flow_run.c.id.asc())


UNTOLD = frozenset({
    "environment", "entrypoint", "failure", "schedule_id", "fire_time", "root_flow_run_id", "version", "attempt", "sequence",
    "answered_transition",
})  # fmt: skip
"""Columns that the API does not tell."""

TOLD = tuple(column for column in flow_run.c if column.name not in UNTOLD)


def _with_pool(runs: FromClause = flow_run) -> Select[*tuple[object, ...]]:
    joined = runs.outerjoin(work_queue, work_queue.c.id == flow_run.c.work_queue_id)
    return select(*TOLD, work_queue.c.work_pool_id).select_from(joined)


def filtered_page(reading: Reading, filters: Filters, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """Flow runs that match filters, each with its `work_pool_id`."""
    walk, order = Walk(reading, filters), order_of(sort)
    found = select(flow_run.c.id).where(walk.condition).order_by(*order).limit(limit).offset(offset)
    chosen = walk.listing(found, sort).subquery("chosen")
    return reading.rows(_with_pool(chosen.join(flow_run, flow_run.c.id == chosen.c.id)).order_by(*order))


def filtered_count(reading: Reading, filters: Filters) -> int:
    """How many flow runs match filters."""
    walk = Walk(reading, filters)
    query = walk.counting(select(func.count().label("count")).select_from(flow_run).where(walk.condition))
    counted = reading.one(query)
    return int(str(counted["count"])) if counted else 0


def with_pool(reading: Reading, run_id: UUID) -> Record | None:
    """The flow run of that id, with its `work_pool_id`; None if there is none."""
    return reading.one(_with_pool().where(flow_run.c.id == run_id))
