"""Flows and deployments for tests."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.server.support import conforms

NOBODY = "00000000-0000-0000-0000-000000000001"
HOURLY = {"interval": 3600, "anchor_date": "2024-01-01T00:00:00Z", "timezone": "UTC"}


async def make_flow(api: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    response = await api.post("/flows/", json={"name": f"flow {uuid4()}", **given})
    assert response.status_code == 201
    made: dict[str, Any] = response.json()
    return made


async def make_pool(api: httpx.AsyncClient, **given: Any) -> str:
    name = f"pool {uuid4()}"
    response = await api.post("/work_pools/", json={"name": name, "type": "process", **given})
    assert response.status_code == 201, response.text
    conforms("/work_pools/", "post", response)
    return name


async def deploy(api: httpx.AsyncClient, flow: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    flow = flow or await make_flow(api)
    response = await api.post("/deployments/", json={"name": "it", "flow_id": flow["id"], **given})
    assert response.status_code in (200, 201), response.text
    made: dict[str, Any] = conforms("/deployments/", "post", response)
    return made


async def run_of(api: httpx.AsyncClient, deployment: dict[str, Any], **given: Any) -> dict[str, Any]:
    path = f"/deployments/{deployment['id']}/create_flow_run"
    response = await api.post(path, json=given)
    assert response.status_code in (200, 201), response.text
    made: dict[str, Any] = conforms("/deployments/{id}/create_flow_run", "post", response)
    return made


async def runs_of(api: httpx.AsyncClient, deployment: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = {"flow_runs": {"deployment_id": {"any_": [deployment["id"]]}}, "sort": "EXPECTED_START_TIME_ASC"}
    found: list[dict[str, Any]] = (await api.post("/flow_runs/filter", json=wanted)).json()
    return found
