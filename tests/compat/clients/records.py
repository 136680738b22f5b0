"""What a server's API returns of all that it has on record."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from tests.compat.clients.differences import told_alike
from tests.compat.clients.masking import NUMBERS

SETTLING_SECONDS = 20.0
PAGE = 200
END = "compat.end"


def moment() -> str:
    """Now, by the clock of this machine; events before it are not a program's."""
    return datetime.now(UTC).isoformat()


def recorded(api: str, since: str) -> dict[str, Any]:
    """Everything on record, once nothing moves any more and what was told before now can be read."""
    with httpx.Client(base_url=api, timeout=30) as client:
        _tell_the_end(client)
        deadline = time.monotonic() + SETTLING_SECONDS
        last: dict[str, Any] = {}
        while time.monotonic() < deadline:
            found = everything(client, since)
            seen, last = last, found
            if _lasting(found) == _lasting(seen) and _settled(found):
                break
            time.sleep(1.5)
        return last


def _lasting(value: Any) -> Any:
    """A record without what grows by itself, such as how late a run is that nobody starts."""
    if isinstance(value, list):
        return [_lasting(item) for item in value]
    if isinstance(value, dict):
        return {name: _lasting(inner) for name, inner in value.items() if name not in NUMBERS}
    return value


def _settled(found: dict[str, Any]) -> bool:
    """Whether task runs have ended, and each state of a flow run was told as an event: their server is seconds late."""
    ended = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED", "PAUSED", "SCHEDULED")
    still = all(run["state_type"] in ended for run in found["task_runs"] if run["state_name"] != "NotReady")
    entered = sum(len(states) for kind in ("flow_run", "task_run") for states in found[f"{kind}_states"])
    told = [event for event in found["events"] if "prefect.state-name" in event["resource"]]
    return still and len(told) >= entered and any(event["event"] == END for event in found["events"])


def _tell_the_end(client: httpx.Client) -> None:
    """An event that comes after all events of the program: their server writes them in order, seconds later."""
    time.sleep(0.5)
    event = {"id": str(uuid4()), "event": END, "occurred": moment(), "resource": {"prefect.resource.id": "compat.end"}}
    client.post("/events", json=[event]).raise_for_status()


def listed(client: httpx.Client, path: str, **body: Any) -> list[dict[str, Any]]:
    """The first page of a list; nothing where the server has no such list."""
    response = client.post(path, json={"limit": PAGE, **body})
    if response.status_code == 404:
        return []
    found: list[dict[str, Any]] = response.raise_for_status().json()
    return found


def everything(client: httpx.Client, since: str) -> dict[str, Any]:
    """One look at the record."""
    flow_runs, deployments = listed(client, "/flow_runs/filter"), listed(client, "/deployments/filter")
    known = {run["id"] for run in flow_runs}
    task_runs = [run for run in listed(client, "/task_runs/filter") if run["flow_run_id"] in (*known, None)]
    used = {item["flow_id"] for item in (*flow_runs, *deployments)}
    logs = listed(client, "/logs/filter", sort="TIMESTAMP_ASC")
    logs = [line for line in logs if line["flow_run_id"] in (*known, None)]
    return {
        "flows": [flow for flow in listed(client, "/flows/filter") if flow["id"] in used],
        "flow_runs": flow_runs,
        "task_runs": task_runs,
        "flow_run_states": _states(client, "flow_run", flow_runs),
        "task_run_states": _states(client, "task_run", task_runs),
        "logs": logs,
        "log_order": _log_order(logs),
        "inputs": [_inputs(client, run) for run in flow_runs],
        "artifacts": listed(client, "/artifacts/filter"),
        "latest_artifacts": listed(client, "/artifacts/latest/filter"),
        "variables": listed(client, "/variables/filter"),
        "deployments": deployments,
        **_blocks(client),
        **_work(client),
        "automations": listed(client, "/automations/filter"),
        "limits": listed(client, "/v2/concurrency_limits/filter"),
        "tag_limits": listed(client, "/concurrency_limits/filter"),
        "graphs": [client.get(f"/flow_runs/{run['id']}/graph-v2").json() for run in flow_runs],
        "events": _events(client, since),
    }


def _states(client: httpx.Client, kind: str, runs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    def of(run: dict[str, Any]) -> list[dict[str, Any]]:
        answer = client.get(f"/{kind}_states/", params={f"{kind}_id": run["id"]})
        found: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else []
        return sorted(found, key=lambda state: (str(state["timestamp"]), str(state["id"])))

    return [of(run) for run in runs]


def _log_order(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages of each run in the order in which they were logged."""
    runs: dict[tuple[str, str], list[str]] = {}
    for line in logs:
        runs.setdefault((str(line["flow_run_id"]), str(line["task_run_id"])), []).append(line["message"])
    return [
        {"flow_run_id": flow_run, "task_run_id": task_run, "messages": [{"message": text} for text in texts]}
        for (flow_run, task_run), texts in runs.items()
    ]


def _inputs(client: httpx.Client, run: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(f"/flow_runs/{run['id']}/input/filter", json={"prefix": "", "limit": PAGE})
    found: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else [{"status": answer.status_code}]
    return sorted(found, key=lambda item: str(item.get("value")))  # keys end in chance


def _blocks(client: httpx.Client) -> dict[str, Any]:
    """Documents, types and schemas that a program made."""
    documents = listed(client, "/block_documents/filter", include_secrets=True)
    types = [kind for kind in listed(client, "/block_types/filter") if "Compat" in kind["name"]]
    schemas = listed(client, "/block_schemas/filter")
    made = {kind["id"] for kind in types}
    return {
        "blocks": [block for block in documents if "ompat" in str(block["name"])],
        "block_types": types,
        "block_schemas": [schema for schema in schemas if schema["block_type_id"] in made],
    }


def _work(client: httpx.Client) -> dict[str, Any]:
    pools = listed(client, "/work_pools/filter")
    return {
        "work_pools": pools,
        "work_queues": listed(client, "/work_queues/filter"),
        "workers": [
            worker for pool in pools for worker in listed(client, f"/work_pools/{pool['name']}/workers/filter")
        ],
    }


def _events(client: httpx.Client, since: str) -> list[dict[str, Any]]:
    """Which events there are, of what and with what beside it; labels beyond names are not told alike by chance."""
    occurred = {"since": since, "until": datetime.now(UTC).isoformat()}
    answer = client.post("/events/filter", json={"limit": 50, "filter": {"occurred": occurred, "order": "ASC"}})
    answer.raise_for_status()
    page = answer.json()
    found: list[dict[str, Any]] = list(page["events"])
    while page.get("next_page"):
        page = client.get(page["next_page"]).raise_for_status().json()
        found.extend(page["events"])
    return [_event(event) for event in found if told_alike(event)]


def _event(event: dict[str, Any]) -> dict[str, Any]:
    related = [(item["prefect.resource.role"], _kind(item["prefect.resource.id"])) for item in event["related"]]
    return {
        "event": event["event"],
        "resource": {
            name: _kind(value) if name == "prefect.resource.id" else value
            for name, value in event["resource"].items()
            if name in ("prefect.resource.id", "prefect.state-name", "prefect.state-type")
        },
        "related": [list(item) for item in sorted(set(related))],
        "payload": sorted(event["payload"]),
    }


def _kind(resource: str) -> str:
    """`prefect.flow-run` of `prefect.flow-run.<id>`."""
    head, _, _ = resource.rpartition(".")
    return head or resource
