"""`record.Logs` on the embedded record."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.record import Record, backend
from prefect.storage.aggregates import logs
from prefect.storage.aggregates.logs import LogFilter
from prefect.storage.aggregates.reading import Reading


def page(flow_run_id: UUID | None, task_run_id: UUID | None, limit: int | None, newest_first: bool) -> list[Record]:
    """Lines from the first, or from the last."""
    wanted = LogFilter(flow_run_id, task_run_id)
    return logs.page(Reading(backend().store), wanted, limit, newest_first=newest_first)


def since(flow_run_id: UUID, last: Record | None) -> list[Record]:
    """Lines after one that was seen."""
    return logs.since(Reading(backend().store), LogFilter(flow_run_id), last)
