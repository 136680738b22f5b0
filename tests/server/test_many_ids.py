"""Filters by more ids than a statement has parameters, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

MANY = 66_000
"""More than the 65,535 parameters of PostgreSQL's protocol; a body of 2.6 MB."""

FILTERS: list[tuple[str, str, str]] = [
    ("/flows/filter", "flows", "id"),
    ("/flow_runs/filter", "flow_runs", "id"),
    ("/flow_runs/count", "flow_runs", "id"),
    ("/flow_runs/filter", "flow_runs", "parent_task_run_id"),
    ("/flow_runs/filter", "flow_runs", "deployment_id"),
    ("/flow_runs/filter", "task_runs", "id"),
    ("/flow_runs/paginate", "flows", "id"),
    ("/task_runs/filter", "task_runs", "id"),
    ("/task_runs/filter", "task_runs", "flow_run_id"),
    ("/task_runs/count", "flow_runs", "id"),
    ("/deployments/filter", "deployments", "id"),
    ("/logs/filter", "logs", "flow_run_id"),
    ("/logs/filter", "logs", "task_run_id"),
    ("/artifacts/filter", "artifacts", "id"),
    ("/artifacts/filter", "artifacts", "flow_run_id"),
    ("/variables/filter", "variables", "id"),
    ("/block_documents/filter", "block_documents", "id"),
    ("/work_queues/filter", "work_queues", "id"),
    ("/work_pools/filter", "work_pools", "id"),
]


@pytest.fixture(scope="module")
def ids() -> list[str]:
    return [str(uuid4()) for _ in range(MANY)]


@pytest.mark.parametrize(("path", "what", "field"), FILTERS)
async def test_any_of_many(api: httpx.AsyncClient, ids: list[str], path: str, what: str, field: str) -> None:
    answer = await api.post(path, json={what: {field: {"any_": ids}}})
    assert answer.status_code == 200, (path, what, field, answer.text[:500])
    found: Any = answer.json()
    assert found in ([], 0) or found["results"] == []


async def test_one_of_many_is_found(api: httpx.AsyncClient, ids: list[str]) -> None:
    made = (await api.post("/flows/", json={"name": "among-many"})).json()["id"]
    found = (await api.post("/flows/filter", json={"flows": {"id": {"any_": [*ids, made]}}})).json()
    assert [flow["id"] for flow in found] == [made]


async def test_events_by_many_ids(api: httpx.AsyncClient, ids: list[str]) -> None:
    answer = await api.post("/events/filter", json={"filter": {"id": {"id": ids}}})
    assert (answer.status_code, answer.json()["total"]) == (200, 0)
