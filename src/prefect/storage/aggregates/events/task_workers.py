"""Processes that run tasks from the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import select

from prefect.core.times import SECOND
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import task_worker

AWAY_AFTER = 90 * SECOND


def seen_lately(reading: Reading, now: int, task_keys: Sequence[str] | None) -> list[Record]:
    """Those seen in the last 90 seconds; with `task_keys`, those that run one of these tasks."""
    query = select(task_worker).where(task_worker.c.seen >= now - AWAY_AFTER).order_by(task_worker.c.name)
    rows = reading.rows(query)
    if task_keys is None:
        return rows
    wanted = set(task_keys)
    return [row for row in rows if wanted.intersection(cast(list[str], row["task_keys"]))]
