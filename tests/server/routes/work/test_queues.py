"""Work queues over REST."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx

from tests.server.routes.deployments.making import NOBODY, deploy, make_pool, run_of
from tests.server.support import conforms


async def priorities(api: httpx.AsyncClient, pool: str) -> dict[str, int]:
    response = await api.post(f"/work_pools/{pool}/queues/filter", json={})
    listed = conforms("/work_pools/{work_pool_name}/queues/filter", "post", response)
    return {queue["name"]: queue["priority"] for queue in listed}


async def test_priorities_stay_distinct(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    path = f"/work_pools/{pool}/queues"
    for given in ({"name": "a"}, {"name": "b", "priority": 1}, {"name": "c", "priority": 10}, {"name": "d"}):
        response = await api.post(path, json=given)
        assert response.status_code == 201
        conforms("/work_pools/{work_pool_name}/queues", "post", response)
    assert await priorities(api, pool) == {"b": 1, "default": 2, "a": 3, "d": 4, "c": 10}
    await api.patch(f"{path}/a", json={"priority": 1})
    assert await priorities(api, pool) == {"a": 1, "b": 2, "default": 3, "d": 4, "c": 10}
    await api.delete(f"{path}/b")
    assert list(await priorities(api, pool)) == ["a", "default", "d", "c"]
    await asyncio.gather(*(api.post(path, json={"name": f"n{n}", "priority": 1}) for n in range(5)))
    assert len(set((await priorities(api, pool)).values())) == 9


async def test_queues_of_a_pool_by_name(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    path = f"/work_pools/{pool}/queues"
    await api.post(path, json={"name": "a", "concurrency_limit": 3, "filter": {"tags": ["t"]}})
    assert (await api.post(path, json={"name": "a"})).status_code == 409
    await api.patch(f"{path}/a", json={"is_paused": True, "description": "d"})
    found = conforms("/work_pools/{work_pool_name}/queues/{name}", "get", await api.get(f"{path}/a"))
    assert (found["status"], found["description"], found["concurrency_limit"]) == ("PAUSED", "d", 3)
    assert (found["filter"], found["active_slots"]) == ({"tags": ["t"], "deployment_ids": None}, 0)
    assert (await api.patch(f"{path}/a", json={"name": "default"})).status_code == 409
    assert (await api.patch(f"{path}/a", json={"name": "b"})).status_code == 204
    gone = await api.get(f"{path}/a")
    assert (gone.status_code, gone.json()) == (404, {"detail": f"Work pool queue '{pool}/a' not found."})
    assert (await api.delete(f"{path}/b")).status_code == 204
    assert (await api.delete(f"{path}/default")).status_code == 409
    assert (await api.post("/work_pools/nowhere/queues", json={"name": "a"})).status_code == 404
    large = await api.post(path, json={"name": "l", "priority": 2**40})
    assert large.status_code == 422


async def test_queues_by_id(api: httpx.AsyncClient) -> None:
    name = f"queue {uuid4()}"
    made = conforms("/work_queues/", "post", await api.post("/work_queues/", json={"name": name}))
    assert made["work_pool_name"] == "default-agent-pool"
    assert (await api.post("/work_queues/", json={"name": name})).status_code == 409
    path = f"/work_queues/{made['id']}"
    assert conforms("/work_queues/{id}", "get", await api.get(path)) == made
    assert conforms("/work_queues/name/{name}", "get", await api.get(f"/work_queues/name/{name}")) == made
    await api.patch(path, json={"last_polled": "2024-01-01T00:00:00Z", "priority": 2000})
    changed = (await api.get(path)).json()
    assert (changed["last_polled"], changed["priority"]) == ("2024-01-01T00:00:00Z", 2000)
    wanted = {"work_queues": {"name": {"startswith_": [name]}}}
    assert [queue["id"] for queue in (await api.post("/work_queues/filter", json=wanted)).json()] == [made["id"]]
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).json() == {"detail": "work queue not found"}
    assert (await api.patch(path, json={})).json() == {"detail": f"Work Queue {made['id']} not found"}


async def test_a_queue_hands_out_runs_and_says_how_it_does(api: httpx.AsyncClient) -> None:
    deployment = await deploy(api, work_queue_name=f"queue {uuid4()}")
    path, run = f"/work_queues/{deployment['work_queue_id']}", await run_of(api, deployment)

    async def health() -> dict[str, object]:
        found: dict[str, object] = conforms("/work_queues/{id}/status", "get", await api.get(f"{path}/status"))
        return found

    assert (await health())["healthy"] is False
    looked = await api.post(f"{path}/get_runs", json={}, headers={"x-prefect-ui": "true"})
    assert [each["id"] for each in conforms("/work_queues/{id}/get_runs", "post", looked)] == [run["id"]]
    assert (await health())["last_polled"] is None
    await api.post(f"{path}/get_runs", json={"limit": 5})
    assert (await health())["healthy"] is True
    late = {"state": {"type": "SCHEDULED", "name": "Late"}, "force": True}
    await api.post(f"/flow_runs/{run['id']}/set_state", json=late)
    assert ((await health())["healthy"], (await health())["late_runs_count"]) == (False, 1)
    await api.post(f"/flow_runs/{run['id']}/set_state", json={"state": {"type": "PENDING"}})
    assert (await api.post(f"{path}/get_runs", json={})).json() == []
    taken = await api.post(f"{path}/concurrency_status", json={})
    body = conforms("/work_queues/{id}/concurrency_status", "post", taken)
    assert (body["active_slots"], [each["id"] for each in body["flow_runs"]], body["pages"]) == (1, [run["id"]], 1)
    for name in ("status", "get_runs", "concurrency_status"):
        method = "GET" if name == "status" else "POST"
        missing = await api.request(method, f"/work_queues/{NOBODY}/{name}", json=None if method == "GET" else {})
        assert missing.status_code == 404
