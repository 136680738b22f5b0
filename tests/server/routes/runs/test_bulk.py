"""Many flow runs at once, and labels, over REST."""

from __future__ import annotations

import httpx

from tests.server.routes.runs.making import NOBODY, flow, flow_run
from tests.server.support import conforms


async def test_one_state_for_many(api: httpx.AsyncClient) -> None:
    of = await flow(api)
    runs = [(await api.post("/flow_runs/", json={"flow_id": of})).json()["id"] for _ in range(3)]
    body = {"flow_runs": {"id": {"any_": [*runs, NOBODY]}}, "state": {"type": "CANCELLED", "message": "all"}}
    answer = await api.post("/flow_runs/bulk_set_state", json=body)
    results = conforms("/flow_runs/bulk_set_state", "post", answer)["results"]
    assert {result["flow_run_id"] for result in results} == set(runs)
    assert {(result["status"], result["state"]["message"]) for result in results} == {("ACCEPT", "all")}
    for run in runs:
        assert (await api.get(f"/flow_runs/{run}")).json()["state_type"] == "CANCELLED"
    too_many = await api.post("/flow_runs/bulk_set_state", json={**body, "limit": 51})
    assert too_many.status_code == 422


async def test_deleting_many(api: httpx.AsyncClient) -> None:
    runs = [(await flow_run(api))["id"] for _ in range(2)]
    body = {"flow_runs": {"id": {"any_": runs}}}
    answer = conforms("/flow_runs/bulk_delete", "post", await api.post("/flow_runs/bulk_delete", json=body))
    assert set(answer["deleted"]) == set(runs)
    assert (await api.post("/flow_runs/bulk_delete", json=body)).json() == {"deleted": []}


async def test_labels_are_added(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, labels={"a": "b"})
    assert (await api.patch(f"/flow_runs/{run['id']}/labels", json={"a": "c", "n": 1})).status_code == 204
    read = (await api.get(f"/flow_runs/{run['id']}")).json()
    assert read["labels"] == {"a": "c", "n": 1, "prefect.flow.id": run["flow_id"]}
    assert (await api.patch(f"/flow_runs/{NOBODY}/labels", json={"a": 1})).status_code == 404
