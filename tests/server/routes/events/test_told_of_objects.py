"""What is done to things other than runs can be read as events."""

from __future__ import annotations

from typing import Any

import httpx

TRIGGER = {"type": "event", "posture": "Reactive", "expect": ["x"], "threshold": 1, "within": 0}


async def made(api: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    response = await api.post(path, json=body)
    assert response.status_code in (200, 201), response.text
    found: dict[str, Any] = response.json()
    return found


async def told(api: httpx.AsyncClient, of: str) -> list[dict[str, Any]]:
    """Events about things of a kind, the first first."""
    kind = {"resource": {"id_prefix": [f"prefect.{of}."]}, "order": "ASC"}
    response = await api.post("/events/filter", json={"filter": kind, "limit": 50})
    found: list[dict[str, Any]] = response.raise_for_status().json()["events"]
    return found


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"].rpartition(".")[2] for event in events]


async def test_flows(api: httpx.AsyncClient) -> None:
    flow = await made(api, "/flows/", name="f", tags=["a"])
    await made(api, "/flows/", name="f")
    await api.patch(f"/flows/{flow['id']}", json={"tags": ["b"]})
    await api.delete(f"/flows/{flow['id']}")
    events = await told(api, "flow")
    assert names(events) == ["created", "updated", "deleted"]
    assert events[0]["resource"] == {"prefect.resource.id": f"prefect.flow.{flow['id']}", "prefect.resource.name": "f"}
    assert [event["payload"]["tags"] for event in events] == [["a"], ["b"], ["b"]]


async def test_deployments_say_what_changed(api: httpx.AsyncClient) -> None:
    flow = await made(api, "/flows/", name="f")
    deployment = await made(api, "/deployments/", name="d", flow_id=flow["id"], tags=["q"])
    await made(api, "/deployments/", name="d", flow_id=flow["id"], tags=["z"])
    await made(api, "/deployments/", name="d", flow_id=flow["id"], tags=["z"])
    await api.delete(f"/deployments/{deployment['id']}")
    events = await told(api, "deployment")
    assert names(events) == ["created", "updated", "deleted"]
    assert events[1]["payload"] == {"updated_fields": ["tags"], "updates": {"tags": {"from": ["q"], "to": ["z"]}}}
    assert {item["prefect.resource.role"] for event in events for item in event["related"]} == {"flow"}


async def test_variables(api: httpx.AsyncClient) -> None:
    variable = await made(api, "/variables/", name="v", value=1)
    await api.patch("/variables/name/v", json={"value": [2]})
    await api.delete(f"/variables/{variable['id']}")
    events = await told(api, "variable")
    assert names(events) == ["created", "updated", "deleted"]
    assert [event["payload"]["value"] for event in events] == [1, [2], [2]]


async def test_blocks_are_told_without_what_they_hold(api: httpx.AsyncClient) -> None:
    kind = await made(api, "/block_types/", name="B", slug="b", code_example="<locals>")
    assert kind["code_example"] == "&lt;locals&gt;"
    properties = {"word": {"type": "string"}, "token": {"type": "string"}}
    fields = {"title": "B", "type": "object", "properties": properties, "secret_fields": ["token"]}
    schema = await made(api, "/block_schemas/", block_type_id=kind["id"], fields=fields, capabilities=["c"])
    data = {"word": "w", "token": "canary"}
    ids = {"block_type_id": kind["id"], "block_schema_id": schema["id"]}
    block = await made(api, "/block_documents/", name="one", data=data, **ids)
    await made(api, "/block_documents/", is_anonymous=True, data=data, **ids)
    await api.patch(f"/block_documents/{block['id']}", json={"data": {"word": "x"}})
    await api.delete(f"/block_documents/{block['id']}")
    await api.delete(f"/block_types/{kind['id']}")
    events = await told(api, "block-document")
    assert names(events) == ["created", "updated", "deleted"]
    assert [event["payload"]["data"] for event in events] == [{}, {}, {}]
    assert "canary" not in str(events)
    assert names(await told(api, "block-type"))[-2:] == ["created", "deleted"]


async def test_limits(api: httpx.AsyncClient) -> None:
    limit = await made(api, "/v2/concurrency_limits/", name="l", limit=3)
    await api.patch("/v2/concurrency_limits/l", json={"limit": 4})
    await api.delete(f"/v2/concurrency_limits/{limit['id']}")
    for slots in (3, 4):
        await made(api, "/concurrency_limits/", tag="t", concurrency_limit=slots)
    await api.delete("/concurrency_limits/tag/t")
    events = await told(api, "concurrency-limit")
    assert names(events) == ["created", "updated", "deleted"] * 2
    assert [event["payload"]["limit"] for event in events] == [3, 4, 4] * 2
    assert {event["payload"]["name"] for event in events} == {"l", "tag:t"}


async def test_collections_of_artifacts(api: httpx.AsyncClient) -> None:
    first = await made(api, "/artifacts/", key="k", type="markdown", data="a")
    second = await made(api, "/artifacts/", key="k", type="markdown", data="b")
    await made(api, "/artifacts/", type="result", data={})
    for artifact in (first, second):
        await api.delete(f"/artifacts/{artifact['id']}")
    events = await told(api, "artifact-collection")
    assert names(events) == ["created", "updated", "deleted"]
    assert len({event["resource"]["prefect.resource.id"] for event in events}) == 1


async def test_pools_and_queues(api: httpx.AsyncClient) -> None:
    await made(api, "/work_pools/", name="w", type="process")
    await made(api, "/work_pools/w/queues", name="q")
    await api.patch("/work_pools/w/queues/q", json={"concurrency_limit": 4})
    await api.patch("/work_pools/w/queues/q", json={"is_paused": True})
    await api.patch("/work_pools/w", json={"is_paused": True})
    await api.patch("/work_pools/w", json={"description": "x"})
    await api.delete("/work_pools/w")
    assert names(await told(api, "work-pool")) == ["created", "not-ready", "paused", "updated", "deleted"]
    queues = await told(api, "work-queue")
    assert names(queues) == ["created", "created", "updated", "paused", "deleted", "deleted"]
    assert queues[2]["payload"]["updates"] == {"concurrency_limit": {"from": None, "to": 4}}
    assert queues[2]["related"][0]["prefect.work-pool.type"] == "process"


async def test_automations(api: httpx.AsyncClient) -> None:
    body = {"name": "a", "trigger": TRIGGER, "actions": [{"type": "do-nothing"}]}
    automation = await made(api, "/automations/", **body)
    await api.patch(f"/automations/{automation['id']}", json={"enabled": False})
    await api.put(f"/automations/{automation['id']}", json={**body, "name": "b"})
    await api.delete(f"/automations/{automation['id']}")
    events = await told(api, "automation")
    assert names(events) == ["created", "updated", "updated", "deleted"]
    assert [event["payload"]["name"] for event in events] == ["a", "a", "b", "b"]
    assert events[0]["payload"]["id"] == automation["id"]
