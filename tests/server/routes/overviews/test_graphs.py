"""Graphs of flow runs over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx

from prefect.core.times import to_datetime
from prefect.storage.store import Store
from tests.server.routes.overviews.record import add_task_run, at, make_flow_run, settle
from tests.server.support import conforms


async def graph(api: httpx.AsyncClient, run: UUID, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = conforms(
        "/flow_runs/{id}/graph-v2", "get", await api.get(f"/flow_runs/{run}/graph-v2", params=query)
    )
    return found


def links(node: dict[str, Any]) -> list[list[str]]:
    return [[edge["id"] for edge in node[name]] for name in ("parents", "children", "encapsulating")]


async def test_nodes_know_their_neighbours(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    a = add_task_run(store, run, "a", begin=1, end=2)
    b = add_task_run(store, run, "b", begin=3, end=4, inputs={"x": [a], "y": [a, uuid4()]})
    c = add_task_run(store, run, "c", begin=3.5, inputs={"__parents__": [b]}, state="RUNNING")
    standing = add_task_run(store, run, "sub-0", begin=5, end=9, inputs={"x": [b]})
    child = await make_flow_run(api, parent_task_run_id=str(standing), name="inner")
    settle(store, "flow_run", child, "COMPLETED", expected_start_time=at(6), start_time=at(6), end_time=at(8))
    last = add_task_run(store, run, "last", "FAILED", begin=10, end=11, inputs={"x": [standing]})
    found = await graph(api, run)
    nodes = dict(found["nodes"])
    names = {str(identity): label for identity, label in ((a, "a"), (b, "b"), (c, "c"), (child, "s"), (last, "l"))}
    assert [names[identity] for identity, _ in found["nodes"]] == ["a", "b", "c", "s", "l"]
    assert links(nodes[str(a)]) == [[], [str(b)], []]
    assert links(nodes[str(b)]) == [[str(a)], [str(child)], []]
    assert links(nodes[str(c)]) == [[], [], [str(b)]]
    assert links(nodes[str(child)]) == [[str(b)], [str(last)], []]
    assert [names[identity] for identity in found["root_node_ids"]] == ["a", "c"]
    subflow = nodes[str(child)]
    assert (subflow["kind"], subflow["label"].rpartition(" / ")[2]) == ("flow-run", "inner")
    assert subflow["start_time"] == to_datetime(at(6)).isoformat().replace("+00:00", "Z")
    assert [state["type"] for state in found["states"]] == ["PENDING"]


async def test_since_leaves_out_what_had_ended(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    a = add_task_run(store, run, "a", begin=1, end=2)
    b = add_task_run(store, run, "b", begin=2, end=4, inputs={"x": [a]})
    c = add_task_run(store, run, "c", "RUNNING", begin=1)
    found = await graph(api, run, since=to_datetime(at(3)).isoformat())
    assert [identity for identity, _ in found["nodes"]] == [str(c), str(b)]
    assert found["root_node_ids"] == [str(c)]
    assert (await graph(api, run, since="2000-01-01"))["nodes"] != []
    wrong = await api.get(f"/flow_runs/{run}/graph-v2", params={"since": "yesterday"})
    assert wrong.status_code == 422
    assert wrong.json()["exception_detail"][0]["loc"] == ["query", "since"]


async def test_artifacts_stand_where_they_were_made(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    task = add_task_run(store, run, "a", begin=1, end=2)
    key = f"k{uuid4().hex}"
    for given in (
        {"key": key, "type": "markdown", "data": "one"},
        {"key": key, "type": "markdown", "data": "two", "task_run_id": str(task)},
        {"type": "progress", "data": 0.5},
        {"type": "result", "data": {}},
        {"data": "of no type"},
    ):
        assert (await api.post("/artifacts/", json={**given, "flow_run_id": str(run)})).status_code == 201
    found = await graph(api, run)
    of_run = [(shown["type"], shown["is_latest"], shown["data"]) for shown in found["artifacts"]]
    of_task = [(shown["type"], shown["is_latest"], shown["data"]) for shown in found["nodes"][0][1]["artifacts"]]
    assert of_run == [("markdown", False, None), ("progress", True, 0.5)]
    assert of_task == [("markdown", True, None)]


async def test_dependencies(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    a = add_task_run(store, run, "a", begin=1, end=2)
    add_task_run(store, run, "b", begin=3, end=4.5, inputs={"x": [a], "y": [a]})
    found = conforms("/flow_runs/{id}/graph", "get", await api.get(f"/flow_runs/{run}/graph"))
    by_name = {task["name"]: task for task in found}
    assert by_name["b"]["upstream_dependencies"] == [{"input_type": "task_run", "id": str(a)}]
    assert (by_name["b"]["total_run_time"], by_name["b"]["state"]["type"]) == (1.5, "COMPLETED")
    assert by_name["a"]["upstream_dependencies"] == []


async def test_runs_that_are_not_there(api: httpx.AsyncClient) -> None:
    missing = uuid4()
    expected = {
        "graph": {"exception_message": f"Flow run with id {missing} not found"},
        "graph-v2": {"exception_message": f"Flow run {missing} not found"},
        "logs/download": {"detail": "Flow run not found"},
    }
    for path, content in expected.items():
        response = await api.get(f"/flow_runs/{missing}/{path}")
        assert (response.status_code, response.json()) == (404, content)
    empty = await graph(api, await make_flow_run(api))
    assert (empty["nodes"], empty["root_node_ids"], empty["artifacts"]) == ([], [], [])
