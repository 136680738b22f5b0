"""Runs of their own for each test."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.server.support import conforms

Json = dict[str, Any]
NOBODY = "00000000-0000-0000-0000-000000000000"


async def flow(api: httpx.AsyncClient, **given: Any) -> str:
    made: str = (await api.post("/flows/", json={"name": f"flow {uuid4()}", **given})).json()["id"]
    return made


async def flow_run(api: httpx.AsyncClient, *states: str, **given: Any) -> Json:
    """A flow run that was taken through these states."""
    response = await api.post("/flow_runs/", json={"flow_id": await flow(api), **given})
    assert response.status_code == 201, response.text
    made: Json = conforms("/flow_runs/", "post", response)
    for kind in states:
        await propose(api, "flow", made["id"], kind)
    return made


async def task_run(api: httpx.AsyncClient, *states: str, **given: Any) -> Json:
    """A task run that was taken through these states; in no flow run unless one is given."""
    keys = {"task_key": "task", "dynamic_key": uuid4().hex}
    response = await api.post("/task_runs/", json={**keys, **given})
    assert response.status_code == 201, response.text
    made: Json = conforms("/task_runs/", "post", response)
    for kind in states:
        await propose(api, "task", made["id"], kind)
    return made


async def propose(
    api: httpx.AsyncClient, of: str, run_id: str, kind: str, details: Json | None = None, **given: Any
) -> Json:
    """What is answered to a proposed state."""
    force = given.pop("force", False)
    body = {"state": {"type": kind, "state_details": details or {}, **given}, "force": force}
    response = await api.post(f"/{of}_runs/{run_id}/set_state", json=body)
    assert response.status_code in (200, 201), response.text
    answered: Json = conforms(f"/{of}_runs/{{id}}/set_state", "post", response)
    return answered
