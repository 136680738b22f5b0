"""`record.TaskRuns` on a server."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.cli.api import Json, any_of, api
from prefect.cli.record import Record
from prefect.cli.remote import shapes


def page(limit: int, names: Sequence[str] = (), states: Sequence[str] = (), types: Sequence[str] = ()) -> list[Record]:
    """The last to start first."""
    wanted = shapes.state_filter(states, types)
    if names:
        wanted["name"] = any_of(list(names))
    body: Json = {"sort": "EXPECTED_START_TIME_DESC"}
    return _named(api().pages("/task_runs/filter", {**body, **({"task_runs": wanted} if wanted else {})}, limit))


def _named(found: list[Json]) -> list[Record]:
    names = shapes.names_of("/flow_runs/filter", "flow_runs", [run["flow_run_id"] for run in found])
    return [shapes.task_run(run, names.get(run["flow_run_id"])) for run in found]


def by_id(run_id: UUID) -> Record | None:
    """One run."""
    said = api().get(f"/task_runs/{run_id}")
    return None if said is None else _named([said])[0]


def of_flow_run(run_id: UUID) -> list[Record]:
    """Every task run of a flow run, in the order they were made."""
    body = {"task_runs": {"flow_run_id": any_of([str(run_id)])}, "sort": "EXPECTED_START_TIME_ASC"}
    return [shapes.task_run(run) for run in api().pages("/task_runs/filter", body)]


def failed(run: Record, limit: int) -> list[Record]:
    """Task runs of a flow run that failed or crashed."""
    wanted = {"flow_run_id": any_of([str(run["id"])]), **shapes.state_filter((), ("FAILED", "CRASHED"))}
    body = {"task_runs": wanted, "sort": "EXPECTED_START_TIME_ASC"}
    return [shapes.task_run(found) for found in api().pages("/task_runs/filter", body, limit)]
