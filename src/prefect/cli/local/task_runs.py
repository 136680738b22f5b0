"""`record.TaskRuns` on the embedded record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.cli.record import Record, checked_backend
from prefect.storage.aggregates import task_runs
from prefect.storage.aggregates.reading import Reading
from prefect.storage.aggregates.task_runs import TaskRunFilter

FAILED = ("FAILED", "CRASHED")


def page(limit: int, names: Sequence[str] = (), states: Sequence[str] = (), types: Sequence[str] = ()) -> list[Record]:
    """The last to start first."""
    return task_runs.page(Reading(checked_backend().store), TaskRunFilter(names, states, types), limit)


def by_id(run_id: UUID) -> Record | None:
    """One run."""
    return task_runs.by_id(Reading(checked_backend().store), run_id)


def of_flow_run(run_id: UUID) -> list[Record]:
    """Every task run of a flow run, in the order they were made."""
    wanted = TaskRunFilter(flow_run_ids=(run_id,))
    return task_runs.page(Reading(checked_backend().store), wanted, None, oldest_first=True)


def failed(run: Record, limit: int) -> list[Record]:
    """Task runs of a flow run's newest attempt that failed or crashed."""
    attempt = int(str(run["attempt"]))
    wanted = TaskRunFilter(flow_run_ids=(UUID(str(run["id"])),), state_types=FAILED, attempt=attempt)
    return task_runs.page(Reading(checked_backend().store), wanted, limit, oldest_first=True)
