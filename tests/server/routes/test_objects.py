"""Variables, artifacts, saved searches and log lines over REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.server.support import conforms


def fresh(start: str = "x") -> str:
    return f"{start}-{uuid4().hex[:12]}"


# --- variables


async def variable(api: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    response = await api.post("/variables/", json={"name": fresh(), "value": 1, **given})
    assert response.status_code == 201
    return conforms("/variables/", "post", response)


async def test_a_variable_is_made_read_changed_and_removed(api: httpx.AsyncClient) -> None:
    made = await variable(api, value={"a": [1, None]}, tags=["x"])
    for path in (f"/variables/{made['id']}", f"/variables/name/{made['name']}"):
        assert (await api.get(path)).json() == made
    again = await api.post("/variables/", json={"name": made["name"], "value": 2})
    assert (again.status_code, again.json()["detail"]) == (
        409,
        f"A variable with the name '{made['name']}' already exists.",
    )
    renamed = fresh()
    assert (await api.patch(f"/variables/name/{made['name']}", json={"name": renamed})).status_code == 204
    assert (await api.patch(f"/variables/{made['id']}", json={"value": None, "tags": []})).status_code == 204
    found = (await api.get(f"/variables/name/{renamed}")).json()
    assert (found["id"], found["value"], found["tags"]) == (made["id"], None, [])
    assert (await api.delete(f"/variables/name/{renamed}")).status_code == 204
    for response in (await api.get(f"/variables/{made['id']}"), await api.delete(f"/variables/{made['id']}")):
        assert (response.status_code, response.json()) == (404, {"detail": "Variable not found."})


async def test_a_variable_keeps_its_name_from_others(api: httpx.AsyncClient) -> None:
    one, two = await variable(api), await variable(api)
    assert (await api.patch(f"/variables/{one['id']}", json={"name": two["name"]})).status_code == 409


async def test_variables_are_filtered(api: httpx.AsyncClient) -> None:
    mark = fresh()
    for letter in "bca":
        await variable(api, name=f"{mark}-{letter}", tags=[mark, letter])
    wanted = {"variables": {"name": {"like_": mark}}, "sort": "NAME_DESC"}
    listed = conforms("/variables/filter", "post", await api.post("/variables/filter", json=wanted))
    assert [found["name"][-1] for found in listed] == ["c", "b", "a"]
    tagged = {"variables": {"tags": {"all_": [mark, "b"]}}}
    assert [found["name"][-1] for found in (await api.post("/variables/filter", json=tagged)).json()] == ["b"]
    assert (await api.post("/variables/count", json=wanted)).json() == 3


async def test_a_value_may_be_larger_than_a_machine_word(api: httpx.AsyncClient) -> None:
    made = await variable(api, value=2**70)
    assert (await api.get(f"/variables/{made['id']}")).json()["value"] == 2**70


# --- artifacts


async def artifact(api: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    response = await api.post("/artifacts/", json=given)
    assert response.status_code == 201
    return conforms("/artifacts/", "post", response)


async def test_the_newest_artifact_of_a_key(api: httpx.AsyncClient) -> None:
    key, run = fresh(), str(uuid4())
    first = await artifact(api, key=key, type="markdown", data="# one", description="d", metadata_={"a": "b"})
    second = await artifact(api, key=key, type="table", data=[{"a": 1}], flow_run_id=run)
    assert (await api.get(f"/artifacts/{first['id']}")).json() == first
    newest = conforms("/artifacts/{key}/latest", "get", await api.get(f"/artifacts/{key}/latest"))
    assert (newest["data"], newest["flow_run_id"], newest["created"]) == ([{"a": 1}], run, first["created"])
    wanted = {"artifacts": {"key": {"any_": [key]}}}
    every = conforms("/artifacts/filter", "post", await api.post("/artifacts/filter", json=wanted))
    assert [found["id"] for found in every] == [second["id"], first["id"]]
    latest = conforms("/artifacts/latest/filter", "post", await api.post("/artifacts/latest/filter", json=wanted))
    assert [found["latest_id"] for found in latest] == [second["id"]]
    assert (await api.post("/artifacts/count", json=wanted)).json() == 2
    assert (await api.post("/artifacts/latest/count", json=wanted)).json() == 1
    assert (await api.get(f"/artifacts/{fresh()}/latest")).json() == {"detail": "Artifact not found."}


async def test_an_artifact_is_changed_and_removed(api: httpx.AsyncClient) -> None:
    made = await artifact(api, key=fresh(), type="progress", data=1.0)
    assert (
        await api.patch(f"/artifacts/{made['id']}", json={"data": 50.0, "metadata_": {"x": "y"}})
    ).status_code == 204
    found = (await api.get(f"/artifacts/{made['id']}")).json()
    assert (found["data"], found["metadata_"], found["type"]) == (50.0, {"x": "y"}, "progress")
    assert (await api.delete(f"/artifacts/{made['id']}")).status_code == 204
    for response in (
        await api.get(f"/artifacts/{made['id']}"),
        await api.patch(f"/artifacts/{made['id']}", json={"data": 1}),
        await api.delete(f"/artifacts/{made['id']}"),
    ):
        assert (response.status_code, response.json()) == (404, {"detail": "Artifact not found."})


# --- saved searches


async def test_saved_searches(api: httpx.AsyncClient) -> None:
    condition = {"object": "flow", "property": "name", "type": "string", "operation": "equals", "value": "x"}
    name = fresh()
    first = await api.put("/saved_searches/", json={"name": name, "filters": [condition]})
    assert (first.status_code, first.json()["filters"]) == (201, [condition])
    again = await api.put("/saved_searches/", json={"name": name, "filters": []})
    assert (again.status_code, again.json()["id"], again.json()["filters"]) == (200, first.json()["id"], [])
    assert again.json() in (await api.post("/saved_searches/filter", json={})).json()
    assert (await api.delete(f"/saved_searches/{first.json()['id']}")).status_code == 204
    assert (await api.get(f"/saved_searches/{first.json()['id']}")).json() == {"detail": "Saved search not found"}


# --- log lines


async def test_lines_are_recorded_and_found(api: httpx.AsyncClient) -> None:
    run, task = str(uuid4()), str(uuid4())
    lines = [
        {"name": "prefect.flow_runs", "level": 20, "message": f"line {number}", "flow_run_id": run,
         "timestamp": f"2026-01-01T00:00:0{number}Z", "task_run_id": task if number == 2 else None}
        for number in range(4)
    ]  # fmt: skip
    response = await api.post("/logs/", json=[*lines[::-1], {**lines[0], "level": 40, "message": "an Error, 100%"}])
    assert (response.status_code, response.json()) == (201, None)

    async def found(given: dict[str, Any], **more: Any) -> list[str]:
        wanted = {"logs": {"flow_run_id": {"any_": [run]}, **given}, **more}
        listed = conforms("/logs/filter", "post", await api.post("/logs/filter", json=wanted))
        return [line["message"] for line in listed]

    assert await found({}, limit=2, offset=1) in (["an Error, 100%", "line 1"], ["line 0", "line 1"])
    assert (await found({}, sort="TIMESTAMP_DESC"))[:2] == ["line 3", "line 2"]
    assert await found({"level": {"ge_": 30}}) == ["an Error, 100%"]
    assert await found({"task_run_id": {"any_": [task]}}) == ["line 2"]
    assert await found({"timestamp": {"after_": "2026-01-01T00:00:02Z"}}) == ["line 2", "line 3"]
    assert await found({"text": {"query": "error"}}) == ["an Error, 100%"]
    assert await found({"text": {"query": 'line -"line 1" -3'}}) == ["line 0", "line 2"]
    assert await found({"text": {"query": "0%"}}) == ["an Error, 100%"]
