"""What has come into the record lately, in the order it came: what those are shown who watch.

Rows become visible when they are committed, which is not the order of their moments. Whoever reads on has to look a
little back each time, and knows by the ids what was there before.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from prefect.core.ids import uuid_from_int
from prefect.storage.aggregates.filters import LOGS
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Given, where
from prefect.storage.tables import event, flow_run, log

_LIVE = ("PENDING", "RUNNING", "CANCELLING")
RUN_FACTS = (
    flow_run.c.id,
    flow_run.c.name,
    flow_run.c.flow_id,
    flow_run.c.deployment_id,
    flow_run.c.state_type,
    flow_run.c.state_name,
    flow_run.c.updated,
)
"""What is told of a flow run that changed."""


def events_since(reading: Reading, moment: int, limit: int) -> list[Record]:
    """Events received at a moment (microseconds) or later, in the order they came."""
    query = select(event).where(event.c.received >= moment).order_by(event.c.received, event.c.id)
    return reading.rows(query.limit(limit))


def events_by_id(reading: Reading, ids: Sequence[UUID]) -> list[Record]:
    """Events by their ids, in the order they occurred."""
    return reading.rows(select(event).where(event.c.id.in_(ids)).order_by(event.c.occurred, event.c.id))


def lines_since(reading: Reading, given: Given | None, first: UUID, limit: int) -> list[Record]:
    """Log lines that match a filter, from an id on, in the order of their ids."""
    query = select(log).where(log.c.id >= first, where(LOGS, given)).order_by(log.c.id)
    return reading.rows(query.limit(limit))


def first_id(moment: int) -> UUID:
    """The id that sorts before all those made at a moment (microseconds) or later."""
    return uuid_from_int(max(moment // 1000, 0) << 80)


def flow_runs_by_id(reading: Reading, ids: Sequence[UUID]) -> list[Record]:
    """What is told of flow runs."""
    return reading.rows(select(*RUN_FACTS).where(flow_run.c.id.in_(ids)))


def flow_runs_since(reading: Reading, moment: int, limit: int) -> list[UUID]:
    """Flow runs that changed at a moment (microseconds) or later, the last to change first."""
    query = select(flow_run.c.id).where(flow_run.c.updated >= moment).order_by(flow_run.c.updated.desc())
    return [UUID(str(row["id"])) for row in reading.rows(query.limit(limit))]


def live_flow_runs(reading: Reading, limit: int) -> list[UUID]:
    """Flow runs that are under way, the last to start first."""
    query = select(flow_run.c.id).where(flow_run.c.state_type.in_(_LIVE))
    return [
        UUID(str(row["id"])) for row in reading.rows(query.order_by(flow_run.c.expected_start_time.desc()).limit(limit))
    ]
