"""Work pools over REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.server.routes.deployments.making import deploy, make_pool, run_of
from tests.server.support import conforms


async def test_a_pool_is_made_with_its_default_queue(api: httpx.AsyncClient) -> None:
    name = f"pool {uuid4()}"
    response = await api.post("/work_pools/", json={"name": name, "type": "process", "concurrency_limit": 2})
    made = conforms("/work_pools/", "post", response)
    assert (response.status_code, made["status"], made["active_slots"]) == (201, "NOT_READY", 0)
    queue = (await api.get(f"/work_pools/{name}/queues/default")).json()
    assert (queue["id"], queue["priority"]) == (made["default_queue_id"], 1)
    assert conforms("/work_pools/{name}", "get", await api.get(f"/work_pools/{name}")) == made
    again = await api.post("/work_pools/", json={"name": name})
    assert (again.status_code, again.json()) == (409, {"detail": "A work pool with this name already exists."})
    missing = await api.get("/work_pools/nowhere")
    assert (missing.status_code, missing.json()) == (404, {"detail": 'Work pool "nowhere" not found.'})


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": "Prefect mine"}, 403),
        ({"name": "  "}, 422),
        ({"name": "a/b"}, 422),
        ({"concurrency_limit": -1}, 422),
        ({"concurrency_limit": 2**40}, 422),
        ({"base_job_template": {"job_configuration": {"a": 1}}}, 422),
        ({"base_job_template": {"job_configuration": {"a": "{{ b }}"}, "variables": {"properties": {}}}}, 422),
    ],
)
async def test_pools_that_cannot_be(api: httpx.AsyncClient, given: dict[str, object], status: int) -> None:
    assert (await api.post("/work_pools/", json={"name": f"pool {uuid4()}", **given})).status_code == status


async def test_changing_pausing_and_deleting(api: httpx.AsyncClient) -> None:
    name = await make_pool(api, concurrency_limit=1)
    path, deployment = f"/work_pools/{name}", await deploy(api, work_pool_name=name)
    run = await run_of(api, deployment)
    template = {"job_configuration": {"a": "{{ b }}"}, "variables": {"properties": {"b": {"type": "string"}}}}
    changes = {"description": "d", "concurrency_limit": None, "base_job_template": template, "is_paused": True}
    assert (await api.patch(path, json=changes)).status_code == 204
    changed = (await api.get(path)).json()
    assert {field: changed[field] for field in changes} == changes
    assert (changed["status"], changed["active_slots"]) == ("PAUSED", None)
    assert (await api.delete(path)).status_code == 204
    assert (await api.delete(path)).status_code == 404
    left = (await api.get(f"/deployments/{deployment['id']}")).json()
    assert (left["work_pool_name"], left["work_queue_id"]) == (None, None)
    assert (await api.get(f"/flow_runs/{run['id']}")).json()["work_queue_id"] is None
    assert (await api.delete("/work_pools/prefect-mine")).status_code == 403


async def test_lists_and_counts(api: httpx.AsyncClient) -> None:
    names, kind = sorted([await make_pool(api, type=(kind := uuid4().hex)), await make_pool(api, type=kind)]), kind
    wanted = {"work_pools": {"type": {"any_": [kind]}}}
    listed = conforms("/work_pools/filter", "post", await api.post("/work_pools/filter", json=wanted))
    assert [pool["name"] for pool in listed] == names
    assert (await api.post("/work_pools/count", json=wanted)).json() == 2
    assert len((await api.post("/work_pools/filter", json={**wanted, "limit": 1, "offset": 1})).json()) == 1


def at(moment: str) -> dict[str, Any]:
    return {"type": "SCHEDULED", "state_details": {"scheduled_time": moment}}


async def handed(api: httpx.AsyncClient, pool: str, **given: object) -> list[str]:
    response = await api.post(f"/work_pools/{pool}/get_scheduled_flow_runs", json=given)
    body = conforms("/work_pools/{name}/get_scheduled_flow_runs", "post", response)
    return [each["flow_run"]["name"] for each in body]


async def test_runs_are_handed_out_by_priority_of_queue_then_by_time(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    slow, fast = await deploy(api, work_pool_name=pool), await deploy(api, work_pool_name=pool, work_queue_name="fast")
    for deployment, name, year in ((slow, "s2", 2021), (slow, "s1", 2020), (fast, "f1", 2022), (slow, "s3", 2031)):
        await run_of(api, deployment, name=name, state=at(f"{year}-01-01T00:00:00Z"))
    assert await handed(api, pool) == ["s1", "s2", "s3", "f1"]
    assert await handed(api, pool, scheduled_before="2025-01-01T00:00:00Z") == ["s1", "s2", "f1"]
    assert await handed(api, pool, scheduled_after="2020-06-01T00:00:00Z", limit=2) == ["s2", "s3"]
    assert await handed(api, pool, work_queue_names=["fast"]) == ["f1"]
    assert await handed(api, pool, work_queue_names=[]) == ["s1", "s2", "s3", "f1"]
    await api.patch(f"/work_pools/{pool}/queues/fast", json={"priority": 1})
    assert await handed(api, pool, limit=2) == ["f1", "s1"]
    await api.patch(f"/work_pools/{pool}/queues/fast", json={"is_paused": True})
    assert await handed(api, pool, limit=2) == ["s1", "s2"]
    unknown = await api.post(f"/work_pools/{pool}/get_scheduled_flow_runs", json={"work_queue_names": ["nope"]})
    assert (unknown.status_code, unknown.json()["detail"]) == (404, f"Work pool queue '{pool}/nope' not found.")


async def test_limits_leave_room_for_what_is_under_way(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api, concurrency_limit=2)
    deployment = await deploy(api, work_pool_name=pool)
    runs = [await run_of(api, deployment, name=name, state=at("2020-01-01T00:00:00Z")) for name in "abc"]
    assert await handed(api, pool) == ["a", "b"]
    await api.post(f"/flow_runs/{runs[0]['id']}/set_state", json={"state": {"type": "PENDING"}})
    assert await handed(api, pool) == ["b"]
    await api.patch(f"/work_pools/{pool}/queues/default", json={"concurrency_limit": 1})
    assert await handed(api, pool) == []
    assert (await api.get(f"/work_pools/{pool}")).json()["active_slots"] == 1
    path = "/work_pools/{name}/concurrency_status"
    body = conforms(path, "post", await api.post(f"/work_pools/{pool}/concurrency_status", json={}))
    assert (body["active_slots"], body["concurrency_limit"], body["count"]) == (1, 2, 1)
    (queue,) = body["queues"]
    assert (queue["active_slots"], queue["flow_run_count"]) == (1, 1)
    assert [run["id"] for run in queue["flow_runs"]] == [runs[0]["id"]]
    await api.patch(f"/work_pools/{pool}", json={"is_paused": True, "concurrency_limit": 9})
    assert await handed(api, pool) == []


async def test_a_poll_says_that_somebody_looks_after_the_pool(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    deployment = await deploy(api, work_pool_name=pool)
    assert deployment["status"] == "NOT_READY"
    await handed(api, pool)
    assert (await api.get(f"/deployments/{deployment['id']}")).json()["status"] == "READY"
    assert (await api.get(f"/work_pools/{pool}/queues/default")).json()["status"] == "READY"
