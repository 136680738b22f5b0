"""Along which index runs are listed and counted.

A list goes newest first along the index in its order, and stops when it has enough; what the filter asks is in the index,
and only the rows that are answered are looked up. Where the filter names a flow, a deployment or types of state that few
runs have, it goes through those instead. PostgreSQL keeps statistics and finds that by itself; SQLite has to be told. What
filters say of flows and deployments is looked up first, so that either sees plain ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from prefect.storage.aggregates.filters import DEPLOYMENTS, FLOWS, Filters, flow_runs_where
from prefect.storage.aggregates.reading import Reading
from prefect.storage.aggregates.where import Given, among, plain, where
from prefect.storage.tables import deployment, flow, flow_run, task_run

Statement = Select[*tuple[Any, ...]]

FEW = 2_000
"""Runs that are sorted sooner than found along the way."""

FEW_BY_ID = 10_000
"""The same where the way goes through the table: no index has the facts by id."""

MOST_IDS = 500
"""Ids that stand in a statement as they are."""

TIMELINE, BEGUN, BY_ID = "flow_run_timeline", "flow_run_begun", "sqlite_autoindex_flow_run_1"
TASK_TIMELINE, TASK_BEGUN = "task_run_timeline", "task_run_begun"

ORDERED_BY: Mapping[str, str] = {
    "ID_DESC": BY_ID,
    "START_TIME_ASC": BEGUN,
    "START_TIME_DESC": BEGUN,
    "EXPECTED_START_TIME_ASC": TIMELINE,
    "EXPECTED_START_TIME_DESC": TIMELINE,
    "NAME_ASC": "flow_run_by_name",
    "NAME_DESC": "flow_run_by_name",
    "END_TIME_DESC": "flow_run_by_end",
}
GROUPS: Mapping[str, tuple[ColumnElement[Any], str]] = {
    "deployment_id": (flow_run.c.deployment_id, "flow_run_by_deployment"),
    "flow_id": (flow_run.c.flow_id, "flow_run_by_flow"),
    "state_type": (flow_run.c.state_type, "flow_run_by_due"),
}
SINGLED_OUT = ("id", "idempotency_key", "parent_task_run_id", "parent_flow_run_id", "work_queue_name")
"""Fields that with `any_` leave so few runs that SQLite's own choice is right."""


class Walk:
    """How the flow runs of a filter are found.

    Args:
        filters: as the API has them; some of them are looked up at once.
    """

    def __init__(self, reading: Reading, filters: Filters) -> None:
        self._reading = reading
        self._told = reading.dialect == "sqlite"
        self._flows = _ids(reading, select(flow.c.id), FLOWS, filters.get("flows"))
        self._deployments = _ids(reading, select(deployment.c.id), DEPLOYMENTS, filters.get("deployments"))
        looked_up = {"flows": self._flows, "deployments": self._deployments}
        left = {name: given for name, given in filters.items() if looked_up.get(name) is None}
        self._own: Given = filters.get("flow_runs") or {}
        self._others = any(left.get(name) for name in left if name != "flow_runs")
        self.condition = flow_runs_where(left)
        if self._flows is not None:
            self.condition &= _is_one_of(flow_run.c.flow_id, self._flows)
        if self._deployments is not None:
            self.condition &= _is_one_of(flow_run.c.deployment_id, self._deployments)

    def listing(self, query: Statement, sort: str) -> Statement:
        """A list of flow runs, told its way."""
        return self._by(query, self._index_for(sort))

    def counting(self, query: Statement) -> Statement:
        """A count of flow runs, or sums over them, told its way."""
        return self._by(query, self._index_to_count())

    def over_time(self, query: Statement) -> Statement:
        """Sums over the flow runs of a span of time, told its way."""
        return self._by(query, None if self._is_singled_out() else TIMELINE)

    def _by(self, query: Statement, index: str | None) -> Statement:
        if index is None or not self._told:
            return query
        return query.with_hint(flow_run, f"INDEXED BY {index}", "sqlite")

    def _index_for(self, sort: str) -> str | None:
        if not self._told or self._is_singled_out():
            return None
        few = self._few(FEW_BY_ID if sort == "ID_DESC" else FEW)
        if few is None and sort == "ID_DESC" and self._spans("expected_start_time"):
            return self._index_for_span()
        return few or ORDERED_BY.get(sort)

    def _index_for_span(self) -> str:
        """Of a span of time those of the newest ids: at once if it is the latest, else all of it and sorted."""
        last = self._reading.one(select(flow_run.c.created).order_by(flow_run.c.id.desc()))
        end = self._own["expected_start_time"].get("before_")
        if last is None or (end is not None and end < last["created"]) or self._asked() != {"expected_start_time"}:
            return TIMELINE
        times = where({"expected_start_time": plain(flow_run.c.expected_start_time)}, self._own)
        return TIMELINE if self._is_at_most(FEW, select(flow_run.c.expected_start_time).where(times)) else BY_ID

    def _index_to_count(self) -> str | None:
        if not self._told or self._is_singled_out():
            return None
        if self._spans("expected_start_time"):
            return TIMELINE
        if self._spans("start_time"):
            return BEGUN
        asked = self._asked()
        by_state = asked == {"state"} and "name" not in self._own["state"]
        grouped = self._flows is not None or self._deployments is not None or "deployment_id" in asked
        return TIMELINE if asked and not grouped and not by_state else None

    def _asked(self) -> set[str]:
        """The fields of flow runs that the filter says something of."""
        return {name for name, given in self._own.items() if given and name != "operator"}

    def _spans(self, field: str) -> bool:
        given = self._own.get(field) or {}
        return _needs_all(self._own) and ("after_" in given or "before_" in given)

    def _is_singled_out(self) -> bool:
        named = any((self._own.get(field) or {}).get("any_") is not None for field in SINGLED_OUT)
        return self._others or (named and _needs_all(self._own))

    def _few(self, most: int) -> str | None:
        """The index of what the filter names and few runs have."""
        for name, values in self._groups().items():
            column, index = GROUPS[name]
            if self._is_at_most(most, select(column).where(_is_one_of(column, values))):
                return index
        return None

    def _is_at_most(self, most: int, query: Statement) -> bool:
        """Whether a statement, which an index answers, has no more rows than that."""
        some = query.limit(most + 1).subquery()
        found = self._reading.one(select(func.count().label("count")).select_from(some))
        return found is not None and int(str(found["count"])) <= most

    def _groups(self) -> dict[str, Sequence[object]]:
        own = self._own if _needs_all(self._own) else {}
        state, of_deployment = own.get("state") or {}, own.get("deployment_id") or {}
        named = {
            "deployment_id": self._deployments or (of_deployment.get("any_") if _needs_all(of_deployment) else None),
            "flow_id": self._flows,
            "state_type": (state.get("type") or {}).get("any_") if _needs_all(state) else None,
        }
        return {name: values for name, values in named.items() if values is not None and len(values) <= MOST_IDS}


def _ids(reading: Reading, query: Statement, fields: Any, given: Given | None) -> list[object] | None:
    """The ids that a filter leaves; None if it leaves too many, or there is none."""
    if not given:
        return None
    rows = reading.rows(query.where(where(fields, given)).limit(MOST_IDS + 1))
    return [row["id"] for row in rows] if len(rows) <= MOST_IDS else None


def _needs_all(given: Given) -> bool:
    return given.get("operator") != "or_"


def _is_one_of(column: ColumnElement[Any], values: Sequence[object]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else among(column, values)


def for_task_runs(reading: Reading, filters: Filters) -> tuple[Filters, bool]:
    """Filters of task runs with those of flow runs looked up, and whether task runs have to be found by time."""
    above = {name: given for name, given in filters.items() if name != "task_runs" and given}
    own = filters.get("task_runs") or {}
    singled_out = any((own.get(field) or {}).get("any_") is not None for field in ("id", "flow_run_id"))
    if not above or not _needs_all(own):
        return filters, not singled_out and not above
    walk = Walk(reading, above)
    runs = reading.rows(walk.listing(select(flow_run.c.id).where(walk.condition).limit(MOST_IDS + 1), "ID_DESC"))
    if len(runs) > MOST_IDS:
        return filters, not singled_out
    return {"task_runs": {**own, LOOKED_UP: {"any_": [row["id"] for row in runs]}}}, False


LOOKED_UP = "flow_run_ids"
"""A field of task runs beside the API's own: whose they are."""


def by_time(reading: Reading, query: Statement, index: str) -> Statement:
    """A statement over task runs that is told to go along an index."""
    return query.with_hint(task_run, f"INDEXED BY {index}", "sqlite") if reading.dialect == "sqlite" else query


def counted_by_time(reading: Reading, query: Statement, filters: Filters) -> Statement:
    """A count of task runs that is told its way, if what is asked is in an index."""
    own = filters.get("task_runs") or {}
    if is_begun_within(own):
        return by_time(reading, query, TASK_BEGUN)
    return by_time(reading, query, TASK_TIMELINE) if set(own) & {"state", "expected_start_time"} else query


def is_begun_within(given: Given | None) -> bool:
    """Whether a filter of task runs bounds when they began."""
    own = given or {}
    times = own.get("start_time") or {}
    return _needs_all(own) and ("after_" in times or "before_" in times)
