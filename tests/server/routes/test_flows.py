"""Flows over REST."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.server.support import conforms


async def make(api: httpx.AsyncClient, name: str, **given: object) -> dict[str, object]:
    response = await api.post("/flows/", json={"name": name, **given})
    assert response.status_code in (200, 201)
    return conforms("/flows/", "post", response)


async def test_a_flow_is_made_once(api: httpx.AsyncClient) -> None:
    name = f"flow {uuid4()}"
    first = await api.post("/flows/", json={"name": name, "tags": ["b", "a"], "labels": {"team": "x"}})
    again = await api.post("/flows/", json={"name": name})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.json()["tags"] == ["b", "a"]
    assert first.json()["labels"] == {"team": "x"}
    for path in (f"/flows/{first.json()['id']}", f"/flows/name/{name}"):
        assert (await api.get(path)).json() == first.json()


async def test_lists_counts_and_pages(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    names = [f"{mark} {letter}" for letter in "cab"]
    for name in names:
        await make(api, name, tags=[mark, name[-1]])
    wanted = {"flows": {"name": {"like_": mark}}}
    listed = conforms("/flows/filter", "post", await api.post("/flows/filter", json=wanted))
    assert [flow["name"] for flow in listed] == sorted(names)
    by_tag = {"flows": {"tags": {"all_": [mark, "a"]}}}
    assert [flow["name"] for flow in (await api.post("/flows/filter", json=by_tag)).json()] == [f"{mark} a"]
    assert (await api.post("/flows/count", json=wanted)).json() == 3
    page = conforms(
        "/flows/paginate", "post", await api.post("/flows/paginate", json={**wanted, "limit": 2, "page": 2})
    )
    assert [flow["name"] for flow in page["results"]] == [f"{mark} c"]
    assert (page["count"], page["pages"], page["page"], page["limit"]) == (3, 2, 2, 2)


async def test_change_and_delete(api: httpx.AsyncClient) -> None:
    flow = await make(api, f"flow {uuid4()}")
    assert (await api.patch(f"/flows/{flow['id']}", json={"tags": ["new"]})).status_code == 204
    assert (await api.get(f"/flows/{flow['id']}")).json()["tags"] == ["new"]
    run = await api.post("/flow_runs/", json={"flow_id": flow["id"]})
    assert (await api.delete(f"/flows/{flow['id']}")).status_code == 204
    for path in (f"/flows/{flow['id']}", f"/flow_runs/{run.json()['id']}"):
        assert (await api.get(path)).status_code == 404


async def test_with_a_flow_go_its_deployments_and_their_own_limits(api: httpx.AsyncClient) -> None:
    flow = await make(api, f"flow {uuid4()}")
    wanted = {"name": "it", "flow_id": flow["id"], "concurrency_limit": 2}
    deployment = (await api.post("/deployments/", json=wanted)).json()
    places = (f"/deployments/{deployment['id']}", f"/v2/concurrency_limits/deployment:{deployment['id']}")
    for path in places:
        assert (await api.get(path)).status_code == 200
    assert (await api.delete(f"/flows/{flow['id']}")).status_code == 204
    for path in places:
        assert (await api.get(path)).status_code == 404


async def test_what_is_not_there_or_does_not_fit(api: httpx.AsyncClient) -> None:
    missing = await api.get(f"/flows/{uuid4()}")
    assert (missing.status_code, missing.json()) == (404, {"detail": "Flow not found"})
    assert (await api.delete(f"/flows/{uuid4()}")).status_code == 404
    wrong = await api.post("/flows/", json={"name": "a/b", "more": 1})
    assert wrong.status_code == 422
    assert [problem["loc"] for problem in wrong.json()["exception_detail"]] == [["body", "name"], ["body", "more"]]
    too_many = await api.post("/flows/filter", json={"limit": 201})
    assert too_many.json() == {"detail": "Invalid limit: must be less than or equal to 200."}
    assert (await api.put("/flows/filter")).status_code == 405
    assert (await api.get("/nothing")).status_code == 404
