"""Automations over REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.server.support import conforms


def an_automation(**changes: Any) -> dict[str, Any]:
    trigger = {"type": "event", "expect": ["x.y"], "posture": "Reactive", "threshold": 2, "within": 10}
    return {"name": f"auto {uuid4().hex}", "trigger": trigger, "actions": [{"type": "do-nothing"}], **changes}


async def make(api: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await api.post("/automations/", json=an_automation(**changes))
    assert response.status_code == 201, response.text
    made: dict[str, Any] = conforms("/automations/", "post", response)
    return made


async def test_an_automation_is_made_read_changed_and_removed(api: httpx.AsyncClient) -> None:
    made = await make(api, description="d", tags=["t"])
    path = f"/automations/{made['id']}"
    read = conforms("/automations/{id}", "get", await api.get(path))
    assert read == made
    assert read["trigger"]["threshold"] == 2
    assert read["trigger"]["within"] == 10.0
    assert (await api.put(path, json=an_automation(name="other"))).status_code == 204
    assert (await api.patch(path, json={"enabled": False})).status_code == 204
    changed = (await api.get(path)).json()
    assert (changed["name"], changed["enabled"], changed["tags"], changed["description"]) == (
        "other",
        False,
        ["t"],
        "d",
    )
    assert (await api.patch(path, json={})).status_code == 204
    assert (await api.get(path)).json()["enabled"] is False
    assert (await api.put(path, json=an_automation(tags=[]))).status_code == 204
    assert (await api.get(path)).json()["tags"] == []
    assert changed["created"] == made["created"]
    assert (await api.delete(path)).status_code == 204
    for missing in (await api.get(path), await api.delete(path), await api.patch(path, json={"enabled": True})):
        assert (missing.status_code, missing.json()) == (404, {"exception_message": "Automation not found"})


async def test_lists_and_counts(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    for letter in "cab":
        await make(api, name=f"{mark} {letter}", tags=[mark, letter])
    wanted = {"automations": {"tags": {"all_": [mark]}}}
    listed = conforms("/automations/filter", "post", await api.post("/automations/filter", json=wanted))
    assert [one["name"][-1] for one in listed] == ["a", "b", "c"]
    newest = await api.post("/automations/filter", json={**wanted, "sort": "CREATED_DESC", "limit": 1})
    assert [one["name"][-1] for one in newest.json()] == ["b"]
    assert (await api.post("/automations/count", json=wanted)).json() == 3
    assert (await api.post("/automations/filter", json={"limit": 1000})).status_code == 422


async def test_an_automation_is_found_by_what_it_belongs_to_and_acts_on(api: httpx.AsyncClient) -> None:
    owner, deployment = f"owner.{uuid4()}", uuid4()
    action = {"type": "run-deployment", "source": "selected", "deployment_id": str(deployment)}
    owned = await make(api, owner_resource=owner)
    acting = await make(api, actions=[action])

    async def related(resource: str) -> list[str]:
        response = await api.get(f"/automations/related-to/{resource}")
        return [one["id"] for one in conforms("/automations/related-to/{resource_id}", "get", response)]

    assert await related(owner) == [owned["id"]]
    assert await related(f"prefect.deployment.{deployment}") == [acting["id"]]
    await api.put(f"/automations/{acting['id']}", json=an_automation())
    assert await related(f"prefect.deployment.{deployment}") == []
    assert (await api.delete(f"/automations/owned-by/{owner}")).status_code == 202
    assert (await api.get(f"/automations/{owned['id']}")).status_code == 404
    assert (await api.get(f"/automations/{acting['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"actions": [{"type": "run-deployment", "source": "selected"}]}, "actions"),
        ({"trigger": {"type": "event", "posture": "Proactive", "within": 1}}, "trigger"),
        ({"trigger": {"type": "compound", "triggers": [], "require": 1, "within": 1}}, "trigger"),
        ({"actions": [{"type": "send-notification", "block_document_id": str(uuid4()), "body": "{{ x"}]}, "actions"),
        ({"actions": [{"type": "nothing-known"}]}, "actions"),
        ({"name": None}, "name"),
        ({"unknown": 1}, "unknown"),
    ],
)
async def test_what_cannot_be_an_automation_is_refused(
    api: httpx.AsyncClient, changes: dict[str, Any], place: str
) -> None:
    response = await api.post("/automations/", json=an_automation(**changes))
    assert response.status_code == 422
    assert all(problem["loc"][1] == place for problem in response.json()["exception_detail"])
