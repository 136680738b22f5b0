"""Flow runs over REST."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from tests.server.routes.runs.making import NOBODY, flow, flow_run, propose
from tests.server.support import conforms


async def test_a_run_is_made_and_read(api: httpx.AsyncClient) -> None:
    of = await flow(api, labels={"team": "x"})
    body = {"flow_id": of, "name": "one", "parameters": {"a": [1]}, "tags": ["t"], "labels": {"own": True}}
    made = await api.post("/flow_runs/", json=body)
    assert made.status_code == 201
    run = conforms("/flow_runs/{id}", "get", await api.get(f"/flow_runs/{made.json()['id']}"))
    assert run["labels"] == {"team": "x", "own": True, "prefect.flow.id": of}
    assert (run["state_type"], run["run_count"], run["parameters"], run["tags"]) == ("PENDING", 0, {"a": [1]}, ["t"])
    volatile = ("estimated_start_time_delta", "estimated_run_time")
    assert {**made.json(), **dict.fromkeys(volatile)} == {**run, **dict.fromkeys(volatile)}


async def test_one_key_one_run(api: httpx.AsyncClient) -> None:
    body = {"flow_id": await flow(api), "idempotency_key": uuid4().hex}
    first = await api.post("/flow_runs/", json={**body, "name": "one"})
    again = await api.post("/flow_runs/", json={**body, "name": "two"})
    assert (first.status_code, again.status_code, again.json()["name"]) == (201, 200, "one")


async def test_a_filter_by_other_keys_leaves_out_runs_without_one(api: httpx.AsyncClient) -> None:
    of, keys = await flow(api), [uuid4().hex for _ in range(2)]
    for key in (*keys, None):
        await api.post("/flow_runs/", json={"flow_id": of, "idempotency_key": key})
    wanted = {"flow_runs": {"idempotency_key": {"not_any_": [keys[0]]}}, "flows": {"id": {"any_": [of]}}}
    found = (await api.post("/flow_runs/filter", json=wanted)).json()
    assert [run["idempotency_key"] for run in found] == [keys[1]]


async def test_runs_that_are_to_begin_lie_within_bounds_of_the_start(api: httpx.AsyncClient) -> None:
    of = await flow(api)
    for name, state in {
        "later": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}},
        "now": {"type": "RUNNING"},
        "soon": {"type": "PENDING"},
    }.items():
        await api.post("/flow_runs/", json={"flow_id": of, "name": name, "state": state})

    async def found(**start: object) -> list[str]:
        wanted = {"flow_runs": {"start_time": start}, "flows": {"id": {"any_": [of]}}, "sort": "NAME_ASC"}
        return [run["name"] for run in (await api.post("/flow_runs/filter", json=wanted)).json()]

    assert await found(before_="2090-01-01T00:00:00Z") == ["now", "soon"]
    assert await found(after_="2090-01-01T00:00:00Z") == ["later"]
    assert await found(after_="2020-01-01T00:00:00Z") == ["later", "now", "soon"]
    assert await found(after_="2020-01-01T00:00:00Z", is_null_=True) == ["later", "soon"]
    assert await found(is_null_=False) == ["now"]


async def test_parameters_that_are_too_large(api: httpx.AsyncClient) -> None:
    refused = await api.post("/flow_runs/", json={"flow_id": await flow(api), "parameters": {"x": "a" * 600_000}})
    assert refused.status_code == 422
    assert refused.json()["exception_detail"][0]["loc"] == ["body", "parameters"]


async def test_a_state_without_details_is_not_deferred(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING", state={"type": "PENDING"})
    assert run["state"]["state_details"]["deferred"] is False
    shown = (await api.get(f"/flow_runs/{run['id']}")).json()
    assert (shown["state_type"], shown["state"]["state_details"]["deferred"]) == ("RUNNING", False)


async def test_a_run_of_no_flow(api: httpx.AsyncClient) -> None:
    refused = await api.post("/flow_runs/", json={"flow_id": NOBODY})
    assert refused.status_code == 409
    assert NOBODY in refused.json()["detail"]


async def test_changes(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING")
    changes = {"name": "other", "tags": ["x"], "empirical_policy": {"retries": 1, "retry_delay": 60}}
    assert (await api.patch(f"/flow_runs/{run['id']}", json=changes)).status_code == 204
    read = (await api.get(f"/flow_runs/{run['id']}")).json()
    assert (read["name"], read["tags"], read["empirical_policy"]["retries"]) == ("other", ["x"], 1)
    retried = await propose(api, "flow", run["id"], "FAILED")
    assert (retried["state"]["name"], retried["details"]["reason"]) == ("AwaitingRetry", "Retrying")
    late = await api.patch(f"/flow_runs/{NOBODY}", json={"name": "x"})
    assert (late.status_code, late.json()) == (404, {"detail": "Flow run not found"})


async def test_job_variables_change_only_while_the_run_waits(api: httpx.AsyncClient) -> None:
    waiting = await flow_run(api, state={"type": "SCHEDULED"})
    assert (await api.patch(f"/flow_runs/{waiting['id']}", json={"job_variables": {"a": 1}})).status_code == 204
    started = await flow_run(api)
    refused = await api.patch(f"/flow_runs/{started['id']}", json={"job_variables": {"a": 1}})
    assert refused.status_code == 400
    assert refused.json()["detail"] == "Job variables for a flow run in state PENDING cannot be updated"


async def test_what_is_answered_to_proposals(api: httpx.AsyncClient) -> None:
    run = await flow_run(api)
    accepted = await propose(api, "flow", run["id"], "RUNNING", message="go")
    assert (accepted["status"], accepted["details"]) == ("ACCEPT", {"type": "accept_details"})
    assert (accepted["state"]["message"], accepted["state"]["state_details"]["flow_run_id"]) == ("go", run["id"])
    aborted = await propose(api, "flow", run["id"], "PENDING")
    assert (aborted["status"], aborted["state"]["type"]) == ("ABORT", "RUNNING")
    missing = await api.post(f"/flow_runs/{NOBODY}/set_state", json={"state": {"type": "RUNNING"}})
    assert missing.status_code == 404
    assert missing.json() == {"exception_message": f"Flow run with id {NOBODY} not found"}


async def test_waiting_says_how_long(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, state={"type": "SCHEDULED", "state_details": {"scheduled_time": "2100-01-01T00:00:00Z"}})
    assert run["next_scheduled_start_time"] == run["expected_start_time"] == "2100-01-01T00:00:00Z"
    waits = await propose(api, "flow", run["id"], "RUNNING")
    assert (waits["status"], waits["details"]["reason"]) == ("WAIT", "Scheduled time is in the future")
    assert waits["details"]["delay_seconds"] > 10**9


async def test_results_are_listed_as_artifacts(api: httpx.AsyncClient) -> None:
    run, kept = await flow_run(api, "RUNNING"), {"storage_key": "k"}
    await propose(api, "flow", run["id"], "COMPLETED", data=kept)
    assert (await api.get(f"/flow_runs/{run['id']}")).json()["state"]["data"] == kept
    wanted = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
    assert [each["data"] for each in (await api.post("/artifacts/filter", json=wanted)).json()] == [kept]


@pytest.mark.parametrize("policy", [{"retries": 2**62, "retry_delay": 2**62}, {"retries": -1, "retry_delay": -(2**62)}])
async def test_policies_beyond_all_measure(api: httpx.AsyncClient, policy: dict[str, int]) -> None:
    run = await flow_run(api, "RUNNING", empirical_policy=policy)
    assert run["empirical_policy"]["retries"] == policy["retries"]
    await propose(api, "flow", run["id"], "FAILED")


async def test_deleting(api: httpx.AsyncClient) -> None:
    run = await flow_run(api, "RUNNING")
    task = await api.post("/task_runs/", json={"task_key": "t", "dynamic_key": "0", "flow_run_id": run["id"]})
    assert (await api.delete(f"/flow_runs/{run['id']}")).status_code == 204
    for gone in (f"/flow_runs/{run['id']}", f"/task_runs/{task.json()['id']}"):
        assert (await api.get(gone)).status_code == 404
    assert (await api.delete(f"/flow_runs/{run['id']}")).json() == {"detail": "Flow run not found"}
