"""`record.Flows` on the embedded record."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.record import Record, backend
from prefect.storage.aggregates import flows
from prefect.storage.aggregates.reading import Reading


def page(limit: int) -> list[Record]:
    """Flows, newest first."""
    return flows.page(Reading(backend().store), limit)


def by_name(name: str) -> Record | None:
    """The flow of that name."""
    return flows.by_name(Reading(backend().store), name)


def by_id(flow_id: UUID) -> Record | None:
    """One flow."""
    return flows.by_id(Reading(backend().store), flow_id)
