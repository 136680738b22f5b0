"""`record.FlowRuns` on the embedded record. What needs SQLAlchemy is imported, by name, when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any
from uuid import UUID

from prefect.cli.local.cancelling import cancel_here, describe
from prefect.cli.record import Record, backend, checked_backend
from prefect.services import crash_detection
from prefect.storage.keyed import attempts
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.keyed.listing import newest_flow_runs

LISTS = "prefect.storage.aggregates"


def _lists(module: str) -> Any:
    return import_module(f"{LISTS}.{module}")


def _reading() -> Any:
    return _lists("reading").Reading(backend().store)


def page(
    limit: int, flow_names: Sequence[str] = (), states: Sequence[str] = (), types: Sequence[str] = ()
) -> list[Record]:
    """The last to start first."""
    store = checked_backend().store
    if not (flow_names or states or types):
        return store.read(lambda tx: newest_flow_runs(tx, limit))
    lists = _lists("flow_runs")
    found: list[Record] = lists.page(_reading(), lists.FlowRunFilter(flow_names, states, types), limit)
    return found


def by_id(run_id: UUID) -> Record | None:
    """One run."""
    checked_backend()
    found: Record | None = _lists("flow_runs").by_id(_reading(), run_id)
    return found


def details(run_id: UUID) -> Record:
    """Nothing: `by_id` tells all."""
    return {}


def ids_named(name: str) -> list[UUID]:
    """The runs of that name, newest first."""
    return [UUID(str(run["id"])) for run in _lists("flow_runs").by_name(_reading(), name)]


def states(run_id: UUID) -> list[Record]:
    """Every state the run has entered, in order."""
    found: list[Record] = _lists("flow_runs").states(_reading(), run_id)
    return found


def process_of(run_id: UUID) -> str | None:
    """The process that is running it."""
    live = backend().store.read(lambda tx: attempts.live_attempt(tx, run_id))
    return None if live is None else describe(live.holder)


def task_counts(run_id: UUID) -> dict[str, int]:
    """How many of its task runs are in each type of state."""
    found: dict[str, int] = _lists("flow_runs").task_counts(_reading(), run_id)
    return found


def published(run_id: UUID) -> list[Record]:
    """Its artifacts, in order."""
    found: list[Record] = _lists("artifacts").of_flow_run(_reading(), run_id)
    return found


def cancel(run: Record, grace: float) -> str:
    """End its process and make it Cancelled."""
    embedded = backend()
    cancel_here(embedded, embedded.read_flow_run(UUID(str(run["id"]))), grace)
    return "successfully cancelled"


def delete(run_id: UUID) -> None:
    """Delete it with all that is recorded of it."""
    backend().store.transact(lambda tx: stored.delete(tx, run_id))


def look() -> None:
    """Notice runs whose process is gone."""
    crash_detection.tick(backend().store, backend().clock)
