"""Where commands get at the record: in this process, or from the server that PREFECT_API_URL names.

Each noun has a protocol here and a module in `cli/local` and in `cli/remote` that implements it. Only the one that is
needed is imported, since the list of flow runs must show at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol
from uuid import UUID

from prefect.cli.output import fail
from prefect.connect import CLOCK, current_runtime, current_settings, embedded_backend
from prefect.core.ports import Backend
from prefect.core.times import to_datetime
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.services import crash_detection

Record = dict[str, object]
"""A row by column: ids as UUIDs, moments as datetimes, JSON as what it says."""


class FlowRuns(Protocol):
    """Flow runs, each with its flow's name as `flow_name`."""

    def page(
        self, limit: int, flow_names: Sequence[str] = (), states: Sequence[str] = (), types: Sequence[str] = ()
    ) -> list[Record]:
        """The last to start first; names of states without regard to case."""

    def by_id(self, run_id: UUID) -> Record | None:
        """One run; None if there is none of that id."""

    def details(self, run_id: UUID) -> Record:
        """What `by_id` leaves out, as far as it can be had: attempt, entrypoint, parent and root."""

    def ids_named(self, name: str) -> list[UUID]:
        """The runs of that name, newest first."""

    def states(self, run_id: UUID) -> list[Record]:
        """Every state the run has entered, in order."""

    def process_of(self, run_id: UUID) -> str | None:
        """The process that is running it, for people; None if none is known."""

    def task_counts(self, run_id: UUID) -> dict[str, int]:
        """How many of its task runs are in each type of state."""

    def published(self, run_id: UUID) -> list[Record]:
        """Its artifacts, in order."""

    def cancel(self, run: Record, grace: float) -> str:
        """Cancel it and wait for that up to so many seconds; returns what has become of it, for people."""

    def delete(self, run_id: UUID) -> None:
        """Delete it with all that is recorded of it."""

    def look(self) -> None:
        """Notice runs whose process is gone."""


class TaskRuns(Protocol):
    """Task runs, each with its flow run's name as `flow_run_name`."""

    def page(
        self, limit: int, names: Sequence[str] = (), states: Sequence[str] = (), types: Sequence[str] = ()
    ) -> list[Record]:
        """The last to start first; names of states without regard to case."""

    def by_id(self, run_id: UUID) -> Record | None:
        """One run; None if there is none of that id."""

    def of_flow_run(self, run_id: UUID) -> list[Record]:
        """Every task run of a flow run, in the order they were made."""

    def failed(self, run: Record, limit: int) -> list[Record]:
        """Task runs of a flow run's newest attempt that failed or crashed, the first first."""


class Logs(Protocol):
    """Log lines of a flow run with its tasks', or of one task run: of whichever id is given."""

    def page(
        self, flow_run_id: UUID | None, task_run_id: UUID | None, limit: int | None, newest_first: bool
    ) -> list[Record]:
        """Lines from the first, or from the last."""

    def since(self, flow_run_id: UUID, last: Record | None) -> list[Record]:
        """Lines after one that was seen."""


class Flows(Protocol):
    """Flows."""

    def page(self, limit: int) -> list[Record]:
        """Flows, newest first."""

    def by_name(self, name: str) -> Record | None:
        """The flow of that name; None if there is none."""

    def by_id(self, flow_id: UUID) -> Record | None:
        """One flow; None if there is none of that id."""


class Artifacts(Protocol):
    """Artifacts."""

    def page(self, limit: int) -> list[Record]:
        """All, newest first."""

    def latest(self, limit: int) -> list[Record]:
        """The newest of each key, last updated first."""

    def of_key(self, key: str, limit: int | None = None) -> list[Record]:
        """Those of a key, newest first."""

    def by_id(self, artifact_id: UUID) -> Record | None:
        """One artifact; None if there is none of that id."""

    def delete(self, ids: Sequence[UUID]) -> int:
        """Delete these; returns how many there were."""


class Variables(Protocol):
    """Variables."""

    def page(self) -> list[Record]:
        """All, by name."""

    def by_name(self, name: str) -> Record | None:
        """The variable of that name; None if there is none."""

    def write(self, name: str, value: str, tags: Sequence[str], overwrite: bool) -> bool:
        """Set it to JSON text; False if it exists and is not to be overwritten."""

    def delete(self, name: str) -> None:
        """Delete it."""


class Limits(Protocol):
    """Limits of a kind: `global` or `tag`. Each has `slots` and how many of them are `taken`."""

    def page(self, kind: str, limit: int | None = None, offset: int = 0) -> list[Record]:
        """Limits by name."""

    def by_name(self, kind: str, name: str) -> Record | None:
        """The limit of that kind and name; None if there is none."""

    def write(self, kind: str, name: str, slots: int, active: bool = True, decay: float = 0.0) -> None:
        """Make a limit, or change the one of that name."""

    def delete(self, kind: str, name: str) -> bool:
        """Delete it; False if there is none."""

    def reset(self, kind: str, name: str) -> bool:
        """Free every slot; False if there is no such limit."""

    def holders(self, limit: Record) -> list[Record]:
        """Who holds slots, the longest first."""

    def waiters(self, limit: Record) -> list[Record]:
        """Who waits for slots, in turn, as far as the record tells."""


def _kept(noun: str) -> Any:
    return import_module(f"prefect.cli.{'remote' if on_server() else 'local'}.{noun}")


def on_server() -> bool:
    """Whether a server is asked rather than the embedded record."""
    return bool(current_settings().api.url)


def flow_runs() -> FlowRuns:
    """Flow runs."""
    found: FlowRuns = _kept("flow_runs")
    return found


def task_runs() -> TaskRuns:
    """Task runs."""
    found: TaskRuns = _kept("task_runs")
    return found


def logs() -> Logs:
    """Log lines."""
    found: Logs = _kept("logs")
    return found


def flows() -> Flows:
    """Flows."""
    found: Flows = _kept("flows")
    return found


def artifacts() -> Artifacts:
    """Artifacts."""
    found: Artifacts = _kept("artifacts")
    return found


def variables() -> Variables:
    """Variables."""
    found: Variables = _kept("variables")
    return found


def limits() -> Limits:
    """Concurrency limits."""
    found: Limits = _kept("limits")
    return found


# --- the backends themselves


def deciding() -> Backend:
    """Who decides about runs: the embedded backend, or the one on the server."""
    found: Backend = current_runtime().backend
    return found


def backend() -> EmbeddedBackend:
    """The embedded backend."""
    return embedded_backend()


def checked_backend() -> EmbeddedBackend:
    """The embedded backend, after runs whose process is gone were ended as crashed."""
    found = embedded_backend()
    crash_detection.tick(found.store, found.clock)
    return found


def now() -> datetime:
    """The moment, in UTC."""
    return to_datetime(CLOCK.now())


def found(record: Record | None, kind: str, named: UUID | str) -> Record:
    """The record; ends the command if there is none."""
    if record is None:
        fail(f"{kind} {str(named)!r} not found!")
    return record
