"""Why a run waits: each cause brought about for real, through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

Json = dict[str, Any]

SCHEDULED = {"type": "SCHEDULED"}


async def a_flow(api: httpx.AsyncClient) -> str:
    return str((await api.post("/flows/", json={"name": f"flow {uuid4()}"})).json()["id"])


async def a_run(api: httpx.AsyncClient, flow_id: str | None = None, **given: Any) -> str:
    body = {"flow_id": flow_id or await a_flow(api), "state": SCHEDULED, **given}
    response = await api.post("/flow_runs/", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def put(api: httpx.AsyncClient, run_id: str, *kinds: str, of: str = "flow_runs", **details: Any) -> Json:
    """Take a run through states; the last answer."""
    answer: Json = {}
    for kind in kinds:
        body = {"state": {"type": kind, "state_details": details}}
        answer = (await api.post(f"/{of}/{run_id}/set_state", json=body)).json()
    return answer


async def why(api: httpx.AsyncClient, run_id: str) -> Json:
    response = await api.get(f"/flow_runs/{run_id}/explain")
    assert response.status_code == 200, response.text
    found: Json = response.json()
    assert found["flow_run_id"] == run_id
    return found


async def a_pool(api: httpx.AsyncClient, **given: Any) -> str:
    name = f"pool-{uuid4().hex[:8]}"
    response = await api.post("/work_pools/", json={"name": name, "type": "process", **given})
    assert response.status_code == 201, response.text
    return name


async def a_worker(api: httpx.AsyncClient, pool: str) -> None:
    body = {"name": "w", "heartbeat_interval_seconds": 30}
    assert (await api.post(f"/work_pools/{pool}/workers/heartbeat", json=body)).status_code == 204


async def a_deployment(api: httpx.AsyncClient, pool: str | None, **given: Any) -> str:
    body = {"name": uuid4().hex, "flow_id": await a_flow(api), "work_pool_name": pool, **given}
    response = await api.post("/deployments/", json=body)
    assert response.status_code in (200, 201), response.text
    return str(response.json()["id"])


async def started(api: httpx.AsyncClient, deployment: str, **given: Any) -> str:
    response = await api.post(f"/deployments/{deployment}/create_flow_run", json={"state": SCHEDULED, **given})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- the six causes


async def test_no_worker(api: httpx.AsyncClient) -> None:
    pool = await a_pool(api)
    run = await started(api, await a_deployment(api, pool))
    found = await why(api, run)
    assert found["cause"] == "no-worker"
    assert found["waiting"] is True
    assert f"'{pool}'" in found["sentence"]
    assert "none ever reported" in found["sentence"]
    await a_worker(api, pool)
    assert (await why(api, run))["cause"] == "due"


async def test_a_paused_pool_and_a_paused_queue(api: httpx.AsyncClient) -> None:
    pool = await a_pool(api)
    await a_worker(api, pool)
    run = await started(api, await a_deployment(api, pool))
    await api.patch(f"/work_pools/{pool}", json={"is_paused": True})
    found = await why(api, run)
    assert found["cause"] == "pool-paused"
    assert f"'{pool}'" in found["sentence"]
    await api.patch(f"/work_pools/{pool}", json={"is_paused": False})
    await api.patch(f"/work_pools/{pool}/queues/default", json={"is_paused": True})
    assert (await why(api, run))["cause"] == "queue-paused"
    await api.patch(f"/work_pools/{pool}/queues/default", json={"is_paused": False})
    assert (await why(api, run))["cause"] == "due"


async def test_the_limits_of_pool_and_queue_and_who_holds_them(api: httpx.AsyncClient) -> None:
    pool = await a_pool(api, concurrency_limit=1)
    await a_worker(api, pool)
    deployment = await a_deployment(api, pool)
    first, second = await started(api, deployment, name="first"), await started(api, deployment)
    await put(api, first, "PENDING", "RUNNING")
    found = await why(api, second)
    assert found["cause"] == "pool-limit"
    assert found["limit"] == {"name": pool, "slots": 1, "taken": 1, "waiting": None}
    assert [(holder["id"], holder["name"]) for holder in found["holders"]] == [(first, "first")]
    assert "'first'" in found["sentence"]
    await api.patch(f"/work_pools/{pool}", json={"concurrency_limit": None})
    await api.patch(f"/work_pools/{pool}/queues/default", json={"concurrency_limit": 1})
    found = await why(api, second)
    assert found["cause"] == "queue-limit"
    assert found["limit"]["name"] == "default"
    await put(api, first, "COMPLETED")
    assert (await why(api, second))["cause"] == "due"


async def test_the_limit_of_the_deployment(api: httpx.AsyncClient) -> None:
    pool = await a_pool(api)
    await a_worker(api, pool)
    deployment = await a_deployment(api, pool, concurrency_limit=1)
    first, second = await started(api, deployment, name="holder"), await started(api, deployment)
    await put(api, first, "PENDING")
    answer = await put(api, second, "PENDING")
    assert answer["state"]["name"] == "AwaitingConcurrencySlot"
    found = await why(api, second)
    assert found["cause"] == "deployment-limit"
    assert [(holder["id"], holder["name"]) for holder in found["holders"]] == [(first, "holder")]
    asks = moment(answer["state"]["state_details"]["scheduled_time"])
    assert abs(moment(found["next_decision_time"]) - asks) < timedelta(milliseconds=1)


async def test_the_limit_of_a_tag(api: httpx.AsyncClient) -> None:
    tag = f"tag-{uuid4().hex[:8]}"
    await api.post("/concurrency_limits/", json={"tag": tag, "concurrency_limit": 1})
    run = await a_run(api)
    await put(api, run, "PENDING", "RUNNING")
    tasks = []
    for number in range(2):
        key = {"task_key": "t", "dynamic_key": str(number), "name": f"t-{number}", "tags": [tag]}
        body = {"flow_run_id": run, "state": {"type": "PENDING"}, **key}
        tasks.append((await api.post("/task_runs/", json=body)).json()["id"])
    await put(api, tasks[0], "RUNNING", of="task_runs")
    assert (await put(api, tasks[1], "RUNNING", of="task_runs"))["status"] == "WAIT"
    found = await why(api, run)
    assert found["cause"] == "tag-limit"
    assert found["limit"] == {"name": tag, "slots": 1, "taken": 1, "waiting": "t-1"}
    assert [(holder["id"], holder["type"], holder["name"]) for holder in found["holders"]] == [
        (tasks[0], "task_run", "t-0")
    ]
    await put(api, tasks[0], "COMPLETED", of="task_runs")
    assert (await why(api, run))["cause"] == "running"


async def test_not_yet_due(api: httpx.AsyncClient) -> None:
    due = datetime.now(UTC) + timedelta(hours=1)
    run = await a_run(api, state={"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}})
    found = await why(api, run)
    assert found["cause"] == "not-yet-due"
    assert abs(moment(found["next_decision_time"]) - due) < timedelta(seconds=1)
    assert f"{due:%Y-%m-%d %H:%M:%S} UTC" in found["sentence"]


# --- and what else


async def test_what_else_holds_a_run_up_is_said_as_well(api: httpx.AsyncClient) -> None:
    pool = await a_pool(api, is_paused=True)
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
    found = await why(api, await started(api, await a_deployment(api, pool), state=state))
    assert found["cause"] == "not-yet-due"
    assert [each["cause"] for each in found["also"]] == ["pool-paused", "no-worker"]


async def test_paused(api: httpx.AsyncClient) -> None:
    run = await a_run(api)
    await put(api, run, "PENDING", "RUNNING")
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    await put(api, run, "PAUSED", pause_timeout=until, pause_key="k", run_input_keyset={"schema": "s"})
    found = await why(api, run)
    assert found["cause"] == "paused"
    assert "waits for input" in found["sentence"]
    assert abs(moment(found["next_decision_time"]) - moment(until)) < timedelta(milliseconds=1)


async def test_awaiting_retry(api: httpx.AsyncClient) -> None:
    run = await a_run(api, empirical_policy={"retries": 1, "retry_delay": 600})
    await put(api, run, "PENDING", "RUNNING", "FAILED")
    found = await why(api, run)
    assert found["cause"] == "awaiting-retry", found
    assert moment(found["next_decision_time"]) > datetime.now(UTC) + timedelta(minutes=9)


async def test_ended_running_starting_cancelling_and_nobody(api: httpx.AsyncClient) -> None:
    run = await a_run(api)
    assert (await why(api, run))["cause"] == "nobody-starts-it"
    await put(api, run, "PENDING")
    assert (await why(api, run))["cause"] == "starting"
    await put(api, run, "RUNNING")
    found = await why(api, run)
    assert (found["cause"], found["waiting"], found["next_decision_time"]) == ("running", False, None)
    await put(api, run, "CANCELLING")
    assert (await why(api, run))["cause"] == "cancelling"
    await api.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "CANCELLED", "message": "enough"}})
    found = await why(api, run)
    assert (found["cause"], found["waiting"]) == ("ended", False)
    assert "enough" in found["sentence"]


@pytest.mark.parametrize("place", [str(uuid4()), "not-an-id"])
async def test_no_such_run(api: httpx.AsyncClient, place: str) -> None:
    assert (await api.get(f"/flow_runs/{place}/explain")).status_code in (404, 422)
