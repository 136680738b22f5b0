"""`record.FlowRuns` on a server."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from time import monotonic, sleep
from uuid import UUID

from prefect.cli.api import Json, Refused, any_of, api
from prefect.cli.output import fail
from prefect.cli.record import Record
from prefect.cli.remote import shapes
from prefect.client.door import HOLDER
from prefect.core.lifecycle.states import TERMINAL_STATES
from prefect.orchestrator.processes import this_process
from prefect.wire.packing import MEDIA_TYPE, Malformed, pack, unpack

POLL_SECONDS = 0.25
READ = "/headrace/backend/read_flow_run"
DETAILS = ("attempt", "entrypoint", "parent_flow_run_id", "root_flow_run_id")
PROCESS = re.compile(r"process (\S+ on [^\s,;.]+)")
MESSAGE = "Cancelled from the command line."


def page(
    limit: int, flow_names: Sequence[str] = (), states: Sequence[str] = (), types: Sequence[str] = ()
) -> list[Record]:
    """The last to start first."""
    body: Json = {"sort": "EXPECTED_START_TIME_DESC"}
    if flow_names:
        body["flows"] = {"name": any_of(list(flow_names))}
    wanted = shapes.state_filter(states, types)
    if wanted:
        body["flow_runs"] = wanted
    return _named(api().pages("/flow_runs/filter", body, limit))


def _named(found: list[Json]) -> list[Record]:
    names = shapes.names_of("/flows/filter", "flows", [run["flow_id"] for run in found])
    return [shapes.flow_run(run, names.get(run["flow_id"])) for run in found]


def by_id(run_id: UUID) -> Record | None:
    """One run."""
    said = api().get(f"/flow_runs/{run_id}")
    return None if said is None else _named([said])[0]


def details(run_id: UUID) -> Record:
    """What a Headrace server tells those who may record runs; nothing from any other."""
    headers = {"content-type": MEDIA_TYPE, HOLDER: this_process()}
    try:
        answer = api().answered("POST", READ, content=pack({"run_id": run_id}), headers=headers)
        run = unpack(answer.content)
    except (Refused, Malformed):
        return {}
    return {name: getattr(run, name, None) for name in DETAILS}


def ids_named(name: str) -> list[UUID]:
    """The runs of that name, newest first."""
    body = {"flow_runs": {"name": any_of([name])}, "sort": "EXPECTED_START_TIME_DESC"}
    return [UUID(run["id"]) for run in api().pages("/flow_runs/filter", body, 50)]


def states(run_id: UUID) -> list[Record]:
    """Every state the run has entered, in order."""
    return shapes.history(api().get("/flow_run_states/", flow_run_id=str(run_id)) or [])


def process_of(run_id: UUID) -> str | None:
    """The process that is running it, as the server explains it."""
    said = api().get(f"/flow_runs/{run_id}") or {}
    if said.get("state_type") not in ("RUNNING", "CANCELLING"):
        return None
    explained = api().get(f"/flow_runs/{run_id}/explain") or {}
    named = PROCESS.search(str(explained.get("sentence")))
    return named[1] if named else str(said.get("infrastructure_pid") or "elsewhere")


def task_counts(run_id: UUID) -> dict[str, int]:
    """How many of its task runs are in each type of state."""
    body = {"task_runs": {"flow_run_id": any_of([str(run_id)])}}
    return Counter(str(run["state_type"]) for run in api().pages("/task_runs/filter", body))


def published(run_id: UUID) -> list[Record]:
    """Its artifacts, in order."""
    body = {"artifacts": {"flow_run_id": any_of([str(run_id)])}, "sort": "CREATED_DESC"}
    return [shapes.artifact(item) for item in reversed(api().pages("/artifacts/filter", body))]


def cancel(run: Record, grace: float) -> str:
    """Have it cancelled: its process learns of it when it next speaks to the server."""
    try:
        state = {"type": "CANCELLING", "name": "Cancelling", "message": MESSAGE}
        decided = api().post(f"/flow_runs/{run['id']}/set_state", {"state": state})
    except Refused as error:
        fail(f"Flow run '{run['id']}' was unable to be cancelled. Reason: {error.said!r}")
    if decided["status"] not in ("ACCEPT", "REJECT"):
        fail(f"Flow run '{run['id']}' was unable to be cancelled. Reason: {decided['details'].get('reason')!r}")
    return _waited(UUID(str(run["id"])), grace)


def _waited(run_id: UUID, grace: float) -> str:
    deadline = monotonic() + grace
    while True:
        said = api().get(f"/flow_runs/{run_id}") or {}
        if said.get("state_type") in TERMINAL_STATES:
            ended = str(said.get("state_name"))
            return "successfully cancelled" if said["state_type"] == "CANCELLED" else f"already {ended.lower()}"
        if monotonic() >= deadline:
            return "successfully scheduled for cancellation; its process ends it when it learns of it"
        sleep(POLL_SECONDS)


def delete(run_id: UUID) -> None:
    """Delete it with all that is recorded of it."""
    api().delete(f"/flow_runs/{run_id}")


def look() -> None:
    """The server looks by itself."""
