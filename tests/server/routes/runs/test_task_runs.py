"""Task runs over REST."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.server.routes.runs.making import NOBODY, flow_run, propose, task_run
from tests.server.support import conforms


async def test_a_task_run_is_made_once(api: httpx.AsyncClient) -> None:
    around = await flow_run(api, "RUNNING", labels={"a": "b"})
    body = {"task_key": "t-1", "dynamic_key": "0", "flow_run_id": around["id"], "tags": ["x"]}
    first = await api.post(
        "/task_runs/", json={**body, "task_inputs": {"n": [{"input_type": "constant", "type": "int"}]}}
    )
    again = await api.post("/task_runs/", json={**body, "name": "other", "state": {"type": "RUNNING"}})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    run = conforms("/task_runs/{id}", "get", await api.get(f"/task_runs/{first.json()['id']}"))
    flow_labels = {"prefect.flow.id": around["flow_id"], "prefect.flow-run.id": around["id"]}
    assert run["labels"] == {"a": "b", **flow_labels}
    assert run["task_inputs"] == {"n": [{"input_type": "constant", "type": "int"}]}
    assert run["name"] == first.json()["name"]


async def test_a_cache_key_that_is_too_long(api: httpx.AsyncClient) -> None:
    asked = {"task_key": "t", "dynamic_key": "0", "cache_key": "c" * 2001}
    refused = await api.post("/task_runs/", json=asked)
    assert (refused.status_code, refused.json()["exception_detail"][0]["loc"]) == (422, ["body", "cache_key"])
    assert (await api.post("/task_runs/", json={**asked, "cache_key": "c" * 2000})).status_code == 201


async def test_without_a_flow_run_too(api: httpx.AsyncClient) -> None:
    body = {"task_key": uuid4().hex, "dynamic_key": "0"}
    first, again = [await api.post("/task_runs/", json=body) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, first.json()["id"])


async def test_a_task_run_with_an_id(api: httpx.AsyncClient) -> None:
    given = str(uuid4())
    assert (await task_run(api, id=given))["id"] == given
    taken = await api.post("/task_runs/", json={"id": given, "task_key": "other", "dynamic_key": "0"})
    assert taken.status_code == 409
    nowhere = await api.post("/task_runs/", json={"task_key": "t", "dynamic_key": "0", "flow_run_id": NOBODY})
    assert nowhere.status_code == 409


async def test_its_life(api: httpx.AsyncClient) -> None:
    around = await flow_run(api, "RUNNING")
    run = await task_run(api, "RUNNING", flow_run_id=around["id"])
    done = await propose(api, "task", run["id"], "COMPLETED", data={"storage_key": "k"})
    details = done["state"]["state_details"]
    assert (details["flow_run_id"], details["task_run_id"]) == (around["id"], run["id"])
    read = (await api.get(f"/task_runs/{run['id']}")).json()
    assert (read["state_name"], read["run_count"], read["flow_run_run_count"]) == ("Completed", 1, 1)
    assert read["end_time"] is not None
    history = await api.get("/task_run_states/", params={"task_run_id": run["id"]})
    names = [state["name"] for state in conforms("/task_run_states/", "get", history)]
    assert names == ["Pending", "Running", "Completed"]


async def test_when_it_is_due(api: httpx.AsyncClient) -> None:
    run = await task_run(api, state={"type": "SCHEDULED", "state_details": {"scheduled_time": "2100-01-01T00:00:00Z"}})
    assert run["next_scheduled_start_time"] == "2100-01-01T00:00:00Z"
    read = (await api.get(f"/task_runs/{run['id']}")).json()
    assert read["next_scheduled_start_time"] == "2100-01-01T00:00:00Z"
    assert read["state"]["state_details"]["scheduled_time"] == "2100-01-01T00:00:00Z"


async def test_names_and_deletion(api: httpx.AsyncClient) -> None:
    run = await task_run(api)
    assert (await api.patch(f"/task_runs/{run['id']}", json={"name": "other"})).status_code == 204
    assert (await api.patch(f"/task_runs/{run['id']}", json={})).status_code == 204
    assert (await api.get(f"/task_runs/{run['id']}")).json()["name"] == "other"
    assert (await api.delete(f"/task_runs/{run['id']}")).status_code == 204
    assert (await api.delete(f"/task_runs/{run['id']}")).json() == {"detail": "Task not found"}
    assert (await api.get(f"/task_runs/{run['id']}")).json() == {"detail": "Task not found"}
    assert (await api.patch(f"/task_runs/{run['id']}", json={"name": "x"})).json() == {"detail": "Task run not found"}
    missing = await api.post(f"/task_runs/{run['id']}/set_state", json={"state": {"type": "RUNNING"}})
    assert (missing.status_code, missing.json()["exception_message"]) == (
        404,
        f"Task run with id {run['id']} not found",
    )


async def test_lists_counts_and_pages(api: httpx.AsyncClient) -> None:
    around = await flow_run(api, "RUNNING")
    for name in "cab":
        await task_run(api, "RUNNING", flow_run_id=around["id"], name=name)
    wanted = {"task_runs": {"flow_run_id": {"any_": [around["id"]]}}, "sort": "NAME_ASC"}
    listed = conforms("/task_runs/filter", "post", await api.post("/task_runs/filter", json=wanted))
    assert [run["name"] for run in listed] == ["a", "b", "c"]
    assert (await api.post("/task_runs/count", json=wanted)).json() == 3
    page = await api.post("/task_runs/paginate", json={**wanted, "limit": 2, "page": 2})
    content = conforms("/task_runs/paginate", "post", page)
    assert [run["name"] for run in content["results"]] == ["c"]
    assert (content["count"], content["pages"], content["page"], content["limit"]) == (3, 2, 2, 2)
    by_run = {"flow_runs": {"id": {"any_": [around["id"]]}}, "task_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    assert (await api.post("/task_runs/count", json=by_run)).json() == 3


async def test_every_sort_is_understood(api: httpx.AsyncClient) -> None:
    sorts = "ID_DESC EXPECTED_START_TIME_ASC EXPECTED_START_TIME_DESC NAME_ASC NAME_DESC END_TIME_DESC"
    for sort in (*sorts.split(), "NEXT_SCHEDULED_START_TIME_ASC"):
        assert (await api.post("/task_runs/filter", json={"sort": sort, "limit": 1})).status_code == 200


async def test_the_task_run_of_a_subflow_goes_with_it(api: httpx.AsyncClient) -> None:
    around = await flow_run(api, "RUNNING")
    parent = await task_run(api, flow_run_id=around["id"])
    child = await flow_run(api, "RUNNING", parent_task_run_id=parent["id"])
    await propose(api, "flow", child["id"], "COMPLETED", message="done", data={"storage_key": "k"})
    read = (await api.get(f"/task_runs/{parent['id']}")).json()
    assert (read["state_name"], read["run_count"], read["state"]["message"]) == ("Completed", 1, "done")
    assert read["state"]["data"] == {"storage_key": "k"}
    assert read["state"]["state_details"]["child_flow_run_id"] == child["id"]
    own = (await api.get(f"/flow_runs/{child['id']}")).json()["state"]["state_details"]
    assert (own["task_run_id"], own["child_flow_run_id"]) == (parent["id"], None)
    by_parent = {"flow_runs": {"parent_flow_run_id": {"any_": [around["id"]]}}}
    assert [run["id"] for run in (await api.post("/flow_runs/filter", json=by_parent)).json()] == [child["id"]]
