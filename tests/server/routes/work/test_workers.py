"""Workers over REST."""

from __future__ import annotations

import httpx

from prefect.storage.store import Store
from tests.server.routes.deployments.making import make_pool
from tests.server.support import conforms


async def workers(api: httpx.AsyncClient, pool: str, **given: object) -> list[dict[str, object]]:
    response = await api.post(f"/work_pools/{pool}/workers/filter", json=given)
    found: list[dict[str, object]] = conforms("/work_pools/{work_pool_name}/workers/filter", "post", response)
    return found


async def test_workers_are_known_by_their_signs_of_life(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    path = f"/work_pools/{pool}/workers"
    await api.post(f"{path}/heartbeat", json={"name": "a", "heartbeat_interval_seconds": 10})
    await api.post(f"{path}/heartbeat", json={"name": "b"})
    assert [worker["name"] for worker in await workers(api, pool)] == ["b", "a"]
    await api.post(f"{path}/heartbeat", json={"name": "a"})
    (first, second) = await workers(api, pool)
    assert (first["name"], first["heartbeat_interval_seconds"], first["status"]) == ("a", 10, "ONLINE")
    assert second["heartbeat_interval_seconds"] is None
    assert (await api.get(f"/work_pools/{pool}")).json()["status"] == "READY"
    assert (await api.delete(f"{path}/b")).status_code == 204
    assert (await api.delete(f"{path}/b")).json() == {"detail": "Worker not found."}
    nowhere = await api.post("/work_pools/nowhere/workers/heartbeat", json={"name": "a"})
    assert (nowhere.status_code, nowhere.json()) == (404, {"detail": 'Work pool "nowhere" not found.'})
    too_long = {"name": "c", "heartbeat_interval_seconds": 2**40}
    assert (await api.post(f"{path}/heartbeat", json=too_long)).status_code == 422


async def test_a_worker_that_missed_three_signs_is_offline(api: httpx.AsyncClient, store: Store) -> None:
    pool = await make_pool(api)
    for name, interval in (("quick", 10), ("slow", 3000)):
        given = {"name": name, "heartbeat_interval_seconds": interval}
        await api.post(f"/work_pools/{pool}/workers/heartbeat", json=given)
    pool_id = bytes.fromhex((await api.get(f"/work_pools/{pool}")).json()["id"].replace("-", ""))
    past = "UPDATE worker SET last_heartbeat = last_heartbeat - 31000000 WHERE work_pool_id = ?"
    store.transact(lambda tx: tx.execute(past, (pool_id,)))
    assert {worker["name"]: worker["status"] for worker in await workers(api, pool)} == {
        "quick": "OFFLINE",
        "slow": "ONLINE",
    }
    for given, names in (
        ({"status": {"any_": ["OFFLINE"]}}, ["quick"]),
        ({"status": {"not_any_": ["OFFLINE"]}}, ["slow"]),
        ({"last_heartbeat_time": {"before_": "2020-01-01T00:00:00Z"}}, []),
    ):
        assert [worker["name"] for worker in await workers(api, pool, workers=given)] == names
    assert (await api.get(f"/work_pools/{pool}")).json()["status"] == "READY"
    store.transact(lambda tx: tx.execute(past.replace("31000000", "9100000000"), (pool_id,)))
    assert (await api.get(f"/work_pools/{pool}")).json()["status"] == "NOT_READY"
