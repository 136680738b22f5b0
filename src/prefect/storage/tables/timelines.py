"""Indexes in the order of time that hold what runs are listed and counted by.

Lists, counts and histories of a million runs are read from these alone, newest first, and only the rows that are answered
are looked up in the table. So a filter that few runs match costs a walk along an index, not one through the table. What
may be of any length (names, tags) is in SQLite's alone: PostgreSQL's entries are bounded, and its planner knows better
ways for those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Index, text

from prefect.storage.tables.base import index_in

BEGUN = text("coalesce(start_time, expected_start_time)")
"""When a run began, or is to begin."""

LISTED = ("expected_start_time", "start_time", "state_type", "flow_id", "deployment_id", "parent_task_run_id")
SUMMED = ("start_time", "state_type", "run_time", "state_timestamp")


def timeline(name: str, moment: Any, facts: Sequence[str], texts: Sequence[str]) -> tuple[Index, Index]:
    """The index in both dialects: by a moment and the id, then with the facts, and in SQLite with the texts."""
    own = (moment, "id", *dict.fromkeys(fact for fact in facts if fact != moment))
    return index_in("sqlite", name, *own, *texts), index_in("postgresql", name, *own)


def index_where_set(name: str, column: str) -> tuple[Index]:
    """An index of the rows that have something there, which few do."""
    where = text(f"{column} IS NOT NULL")
    return (Index(name, column, sqlite_where=where, postgresql_where=where),)
