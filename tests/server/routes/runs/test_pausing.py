"""Resuming paused flow runs over REST."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.server.routes.runs.making import NOBODY, Json, flow_run, propose
from tests.server.support import conforms

KEYSET = {"schema": "pause-schema", "response": "pause-response"}
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}


async def resume(api: httpx.AsyncClient, run_id: str, **given: Any) -> Json:
    response = await api.post(f"/flow_runs/{run_id}/resume", json=given or None)
    assert response.status_code in (200, 201), response.text
    answered: Json = conforms("/flow_runs/{id}/resume", "post", response)
    return answered


async def waiting(api: httpx.AsyncClient, schema: object = SCHEMA) -> str:
    """A run that is paused until it gets input."""
    run = await flow_run(api, "RUNNING")
    if schema is not None:
        value = schema if isinstance(schema, str) else json.dumps(schema)
        await api.post(f"/flow_runs/{run['id']}/input", json={"key": KEYSET["schema"], "value": value})
    await propose(api, "flow", run["id"], "PAUSED", {"run_input_keyset": KEYSET})
    made: str = run["id"]
    return made


async def test_a_paused_run_goes_on_where_it_waits(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING", "PAUSED")
    resumed = await resume(api, run["id"])
    assert (resumed["status"], resumed["state"]["name"]) == ("ACCEPT", "Running")
    again = await resume(api, run["id"])
    assert (again["status"], again["state"]) == ("ABORT", None)
    assert again["details"]["reason"] == "Cannot resume a flow run that is not paused."


async def test_a_run_that_was_paused_too_long_has_failed(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING")
    await propose(api, "flow", run["id"], "PAUSED", {"pause_timeout": "2020-01-01T00:00:00Z"})
    assert (await resume(api, run["id"]))["state"]["message"] == "The flow was running and never resumed."


async def test_a_suspended_run_is_scheduled(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING")
    await propose(api, "flow", run["id"], "PAUSED", {"pause_reschedule": True}, name="Suspended", force=True)
    refused = await resume(api, run["id"])
    assert refused["details"]["reason"] == "Cannot reschedule a resuming flow run without a deployment."


async def test_input_that_fits_is_kept_for_the_run(api: httpx.AsyncClient) -> None:
    run = await waiting(api)
    given = {"x": {"__prefect_kind": "json", "value": "4"}, "more": 1}
    assert (await resume(api, run, run_input=given))["state"]["type"] == "RUNNING"
    assert (await api.get(f"/flow_runs/{run}/input/pause-response")).json() == {"x": 4, "more": 1}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "Reason: Validation failed. Failure reason: 'x' is a required property"),
        ({"x": "no"}, "Reason: Validation failed for field 'x'. Failure reason: 'no' is not of type 'integer'"),
        ({"x": {"__prefect_kind": "json", "value": "no"}}, "Error hydrating run input: Invalid JSON"),
    ],
)
async def test_input_that_does_not_fit_leaves_it_paused(api: httpx.AsyncClient, given: Json, reason: str) -> None:
    run = await waiting(api)
    refused = await resume(api, run, run_input=given)
    assert (refused["status"], refused["details"]["type"], refused["state"]["type"]) == (
        "REJECT",
        "abort_details",
        "PAUSED",
    )
    assert refused["details"]["reason"].startswith(reason)
    assert (await api.get(f"/flow_runs/{run}/input/pause-response")).status_code == 404


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (None, "Run input schema not found."),
        ("no json", "Run input schema is not valid JSON."),
        ("[" * 200 + "]" * 200, "Run input schema is not valid JSON."),
    ],
)
async def test_a_schema_that_is_none(api: httpx.AsyncClient, schema: object, reason: str) -> None:
    refused = await resume(api, await waiting(api, schema), run_input={"x": 1})
    assert refused["details"]["reason"] == reason


async def test_a_run_that_is_not_there(api: httpx.AsyncClient) -> None:
    assert (await api.post(f"/flow_runs/{NOBODY}/resume")).status_code == 404
