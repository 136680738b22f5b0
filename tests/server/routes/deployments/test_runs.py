"""Runs of deployments over REST."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx

from tests.server.routes.deployments.making import NOBODY, deploy, make_flow, make_pool, run_of
from tests.server.support import conforms

SCHEMA = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}, "z": {"type": "string"}},
    "required": ["x"],
}


async def test_a_run_takes_over_what_its_deployment_says(api: httpx.AsyncClient) -> None:
    pool, flow = await make_pool(api), await make_flow(api, labels={"f": 1})
    made = await deploy(api, flow, work_pool_name=pool, parameters={"x": 1, "y": 2}, tags=["a"], version="v",
                        labels={"d": 2}, parameter_openapi_schema=SCHEMA)  # fmt: skip
    run = await run_of(api, made, parameters={"x": 5}, tags=["b", "a"], labels={"r": 3}, job_variables={"j": 1})
    assert (run["parameters"], run["tags"], run["job_variables"]) == ({"x": 5, "y": 2}, ["a", "b"], {"j": 1})
    own = {"prefect.flow.id": flow["id"], "prefect.deployment.id": made["id"]}
    assert run["labels"] == {"f": 1, "d": 2, "r": 3, **own}
    assert (run["work_pool_name"], run["work_queue_name"]) == (pool, "default")
    assert (run["work_queue_id"], run["deployment_version"]) == (made["work_queue_id"], "v")
    assert (run["state_type"], run["auto_scheduled"]) == ("SCHEDULED", False)
    assert run["next_scheduled_start_time"] == run["expected_start_time"]
    assert (await api.get(f"/flow_runs/{run['id']}")).json()["work_pool_id"] == run["work_pool_id"] is not None


async def test_the_same_key_means_the_same_run(api: httpx.AsyncClient) -> None:
    made = await deploy(api)
    path, given = f"/deployments/{made['id']}/create_flow_run", {"idempotency_key": str(uuid4())}
    answers = await asyncio.gather(*(api.post(path, json=given) for _ in range(8)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]


async def test_parameters_fit_the_schema_where_that_is_enforced(api: httpx.AsyncClient) -> None:
    strict = await deploy(api, parameter_openapi_schema=SCHEMA)
    path = f"/deployments/{strict['id']}/create_flow_run"
    refused = await api.post(path, json={"parameters": {"x": "no"}})
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "Error creating flow run: Validation failed for field 'x'. Failure reason: 'no' is not of type 'integer'",
    )
    assert (await api.post(path, json={})).json()["detail"].endswith("Failure reason: 'x' is a required property")
    assert (await api.post(path, json={"parameters": {"x": 1, "y": None}})).status_code == 201
    loose = {"parameters": {"x": "no"}, "enforce_parameter_schema": False}
    assert (await api.post(path, json=loose)).json()["parameters"] == {"x": "no"}
    large = await api.post(path, json={"parameters": {"x": 1, "z": "a" * 600_000}})
    assert large.status_code == 422
    assert large.json()["exception_detail"][0]["loc"] == ["body", "parameters"]


async def test_parameters_may_say_how_they_are_made(api: httpx.AsyncClient) -> None:
    made, name = await deploy(api, parameters={"x": 1}, parameter_openapi_schema=SCHEMA), f"v_{uuid4().hex}"
    await api.post("/variables/", json={"name": name, "value": "said"})

    async def of(value: dict[str, object]) -> httpx.Response:
        given = {"parameters": {"z": {"__prefect_kind": value.pop("kind"), **value}}}
        return await api.post(f"/deployments/{made['id']}/create_flow_run", json=given)

    for value, z in (
        ({"kind": "json", "value": '"a"'}, "a"),
        ({"kind": "none", "value": "b"}, "b"),
        ({"kind": "jinja", "template": "{{ 1 + 1 }}"}, "2"),
        ({"kind": "workspace_variable", "variable_name": name}, "said"),
    ):
        assert (await of(value)).json()["parameters"] == {"x": 1, "z": z}
    assert (await of({"kind": "json"})).json()["parameters"] == {"x": 1}
    for value, says in (
        ({"kind": "json", "value": "{"}, "Invalid JSON: Expecting property name"),
        ({"kind": "jinja", "template": "{{"}, "Invalid jinja: unexpected"),
        ({"kind": "jinja", "template": "{{ 9 ** 9 ** 9 }}"}, "Invalid jinja: Pow"),
        ({"kind": "workspace_variable", "variable_name": "nope"}, "Variable 'nope' not found in workspace."),
    ):
        refused = await of(value)
        assert refused.status_code == 400
        assert refused.json()["detail"].startswith(f"Error hydrating flow run parameters: {says}")


async def test_a_run_may_have_a_queue_of_its_own(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    run = await run_of(api, await deploy(api, work_pool_name=pool), work_queue_name="fast")
    assert run["work_queue_id"] == (await api.get(f"/work_pools/{pool}/queues/fast")).json()["id"]
    nowhere = await deploy(api)
    path = f"/deployments/{nowhere['id']}/create_flow_run"
    refused = await api.post(path, json={"work_queue_name": "fast"})
    assert refused.status_code == 400
    assert "is not associated with a work pool" in refused.json()["detail"]


async def test_many_at_once_are_made_or_refused_each_by_itself(api: httpx.AsyncClient) -> None:
    made = await deploy(api, parameter_openapi_schema=SCHEMA)
    path = f"/deployments/{made['id']}/create_flow_run/bulk"
    given = [{"parameters": {"x": 1}}, {"parameters": {"x": "no"}}, {"parameters": {"x": 2}}]
    response = await api.post(path, json=given)
    results = conforms("/deployments/{id}/create_flow_run/bulk", "post", response)["results"]
    assert [result["status"] for result in results] == ["CREATED", "FAILED", "CREATED"]
    assert results[1]["error"].startswith("Parameter validation failed: Validation failed for field 'x'.")
    assert (await api.get(f"/flow_runs/{results[2]['flow_run_id']}")).json()["parameters"] == {"x": 2}
    assert (await api.post(path, json=[])).json() == {"results": []}
    assert (await api.post(path, json=[{}] * 101)).status_code == 400
    assert (await api.post(f"/deployments/{NOBODY}/create_flow_run/bulk", json=[{}])).status_code == 404


async def test_those_who_serve_deployments_are_handed_their_runs(api: httpx.AsyncClient) -> None:
    made = await deploy(api)

    def at(moment: str) -> dict[str, object]:
        return {"type": "SCHEDULED", "state_details": {"scheduled_time": moment}}

    later = await run_of(api, made, state=at("2031-01-01T00:00:00Z"))
    sooner = await run_of(api, made, state=at("2020-01-01T00:00:00Z"))
    begun = await run_of(api, made)
    await api.post(f"/flow_runs/{begun['id']}/set_state", json={"state": {"type": "RUNNING"}})
    path, wanted = "/deployments/get_scheduled_flow_runs", {"deployment_ids": [made["id"]]}
    handed = conforms(path, "post", await api.post(path, json=wanted))
    assert [run["id"] for run in handed] == [sooner["id"], later["id"]]
    due = {**wanted, "scheduled_before": "2025-01-01T00:00:00Z"}
    assert [run["id"] for run in (await api.post(path, json=due)).json()] == [sooner["id"]]
    assert (await api.post(path, json={"deployment_ids": []})).json() == []
    polled = (await api.get(f"/deployments/{made['id']}")).json()
    assert (polled["status"], polled["last_polled"] is None) == ("READY", False)
