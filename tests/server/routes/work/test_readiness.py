"""That somebody begins or ceases to look after a pool, its queue and its deployment is told, and each change once."""

from __future__ import annotations

import httpx

from prefect.connect import CLOCK
from prefect.services import readiness
from prefect.storage.store import Store
from tests.server.routes.deployments.making import deploy, make_pool

KINDS = ("work-pool", "work-queue", "deployment")


async def told(api: httpx.AsyncClient, *ids: str) -> list[str]:
    """What was told of the readiness of these things, oldest first."""
    resources = [f"prefect.{kind}.{each}" for kind, each in zip(KINDS, ids, strict=True)]
    body = {"filter": {"resource": {"id": resources}, "order": "ASC"}, "limit": 50}
    names = [event["event"] for event in (await api.post("/events/filter", json=body)).json()["events"]]
    return [name.removeprefix("prefect.") for name in names if name.endswith("ready")]


async def test_each_change_is_told_once(api: httpx.AsyncClient, store: Store) -> None:
    pool = await make_pool(api)
    deployment = await deploy(api, work_pool_name=pool)
    found = (await api.get(f"/work_pools/{pool}")).json()
    ids = (found["id"], found["default_queue_id"], deployment["id"])
    expected = ["work-pool.not-ready"]
    assert await told(api, *ids) == expected
    for gone in (60, 600):
        for _ in range(2):
            await api.post(
                f"/work_pools/{pool}/workers/heartbeat", json={"name": "a", "heartbeat_interval_seconds": 10}
            )
            await api.post(f"/work_pools/{pool}/get_scheduled_flow_runs", json={})
        expected += [f"{kind}.ready" for kind in KINDS]
        assert await told(api, *ids) == expected
        assert readiness.tick(store, CLOCK) == 0
        past = ("UPDATE worker SET last_heartbeat = last_heartbeat - ?",)
        past += tuple(f"UPDATE {table} SET last_polled = last_polled - ?" for table in ("work_queue", "deployment"))
        for shift in past:
            store.transact(lambda tx, shift=shift, gone=gone: tx.execute(shift, (gone * 1_000_000,)))
        assert readiness.tick(store, CLOCK) == len(KINDS)
        assert readiness.tick(store, CLOCK) == 0
        expected += [f"{kind}.not-ready" for kind in KINDS]
        assert await told(api, *ids) == expected


async def test_who_serves_a_deployment_makes_it_ready(api: httpx.AsyncClient) -> None:
    deployment = await deploy(api)
    for _ in range(2):
        await api.post("/deployments/get_scheduled_flow_runs", json={"deployment_ids": [deployment["id"]]})
    nothing = "00000000-0000-0000-0000-000000000000"
    assert await told(api, nothing, nothing, deployment["id"]) == ["deployment.ready"]
