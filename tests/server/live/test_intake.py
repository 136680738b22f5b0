"""The door by which events come in is bounded, and says so."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from prefect.core.times import SECOND
from prefect.server.http.errors import Refusal
from prefect.server.live.bus import Bus
from prefect.server.live.intake import Intake
from prefect.server.live.taking import record_of
from prefect.storage.keyed.events.heartbeats import lease_after
from prefect.storage.store import Store
from prefect.wire.events.records import Event
from tests.server.listening import an_event, server_on


def test_what_waits_is_counted_until_it_is_forgotten() -> None:
    intake = Intake(Bus(), most_events=3)
    events = [record_of(Event.model_validate(an_event()), 1) for _ in range(3)]
    batch = intake.admit(events, 1)
    assert (intake.events, intake.is_full) == (3, True)
    with pytest.raises(Refusal) as refused:
        intake.admit(events, 1)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    del batch
    assert (intake.events, intake.bytes) == (0, 0)


async def test_too_much_is_told_to_come_back_and_nothing_is_lost(store: Store, tmp_path: Path) -> None:
    name, goes_on = uuid4().hex, threading.Event()
    async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
        server.app.world.live.intake._most_events = 10
        for _ in range(2):
            store.transact_later(lambda tx: goes_on.wait(10), lambda _result, _error: None)
        await asyncio.sleep(0.1)
        async with asyncio.TaskGroup() as group:
            taken = group.create_task(api.post("/events", json=[an_event(name) for _ in range(10)]))
            await asyncio.sleep(0.2)
            refused = await api.post("/events", json=[an_event(name)])
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
            goes_on.set()
        assert taken.result().status_code == 204
        assert (await api.post("/events", json=[an_event(name)])).status_code == 204
        wanted = {"filter": {"event": {"name": [name]}}}
        assert (await api.post("/events/filter", json=wanted)).json()["total"] == 11
        assert server.app.world.live.intake.events == 0


async def test_a_heartbeat_renews_the_lease_of_its_run(api: httpx.AsyncClient, store: Store) -> None:
    flow = (await api.post("/flows/", json={"name": f"flow {uuid4()}"})).json()["id"]
    run = UUID((await api.post("/flow_runs/", json={"flow_id": flow})).json()["id"])
    await api.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING"}})

    def lease() -> tuple[int, int]:
        row = store.read(lambda tx: tx.one("SELECT renewed, expires FROM run_attempt WHERE run_id = ?", (run.bytes,)))
        assert row is not None
        return row[0], row[1]

    beat = an_event("prefect.flow-run.heartbeat", f"prefect.flow-run.{run}")
    assert (await api.post("/events", json=[beat])).status_code == 204
    renewed, expires = lease()
    assert expires - renewed == 3 * 180 * SECOND
    assert (
        await api.post("/events", json=[an_event("prefect.flow-run.heartbeat", f"prefect.flow-run.{run}")])
    ).is_success
    again, expires = lease()
    assert again > renewed
    assert expires - again == 3 * 30 * SECOND
    assert lease_after(0, 10, 10 + 300 * SECOND) == 900 * SECOND


async def test_the_state_in_which_a_task_run_was_made_is_one_state_though_it_is_told_too(
    api: httpx.AsyncClient,
) -> None:
    state = {"type": "SCHEDULED", "state_details": {"deferred": True}}
    given = {"task_key": "later", "dynamic_key": uuid4().hex, "flow_run_id": None, "state": state}
    run = (await api.post("/task_runs/", json=given)).json()
    made = run["state"]
    for entered in ({**made, "message": ""}, {"type": "PENDING", "name": "Pending", "id": str(uuid4())}):
        told = {
            **an_event(f"prefect.task-run.{entered['name']}"),
            "id": entered["id"],
            "resource": {"prefect.resource.id": f"prefect.task-run.{run['id']}", "prefect.orchestration": "client"},
            "payload": {"task_run": given, "validated_state": entered},
        }
        assert (await api.post("/events", json=[told])).status_code == 204
    states = (await api.get("/task_run_states/", params={"task_run_id": run["id"]})).json()
    assert [(each["name"], each["message"]) for each in states] == [("Scheduled", made["message"]), ("Pending", None)]
    assert (await api.get(f"/task_runs/{run['id']}")).json()["state_name"] == "Pending"
