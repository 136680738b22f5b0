"""Deployments over REST."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from tests.server.routes.deployments.making import HOURLY, NOBODY, deploy, make_flow, make_pool, run_of, runs_of
from tests.server.support import conforms

WITH_X = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}


async def test_a_deployment_is_made_once_for_its_flow_and_name(api: httpx.AsyncClient) -> None:
    flow = await make_flow(api, labels={"team": "a"})
    first = await api.post("/deployments/", json={"name": "it", "flow_id": flow["id"], "labels": {"own": 1}})
    again = await api.post("/deployments/", json={"name": "it", "flow_id": flow["id"], "version": "2"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert first.json()["labels"] == {"team": "a", "own": 1, "prefect.flow.id": flow["id"]}
    for path, name in (("/deployments/{id}", f"/deployments/{first.json()['id']}"),
                       ("/deployments/name/{flow_name}/{deployment_name}", f"/deployments/name/{flow['name']}/it")):  # fmt: skip
        assert conforms(path, "get", await api.get(name)) == again.json()


async def test_what_is_left_out_stays_but_for_parameters_labels_and_schedules(api: httpx.AsyncClient) -> None:
    flow = await make_flow(api)
    kept = {"tags": ["t"], "job_variables": {"j": 1}, "description": "d", "path": ".", "entrypoint": "a.py:f"}
    kept |= {"pull_steps": [{"s": {}}], "paused": True, "enforce_parameter_schema": False, "version": "1"}
    lost = {"parameters": {"x": 1}, "labels": {"l": 1}, "schedules": [{"schedule": HOURLY}]}
    await deploy(api, flow, concurrency_limit=2, **kept, **lost)
    again = await deploy(api, flow)
    assert {name: again[name] for name in kept} == kept
    assert again["global_concurrency_limit"]["limit"] == 2
    assert (again["parameters"], again["labels"], again["schedules"]) == ({}, {"prefect.flow.id": flow["id"]}, [])


async def test_its_limit_is_a_global_one_of_its_name(api: httpx.AsyncClient) -> None:
    made = await deploy(api, concurrency_limit=3, concurrency_options={"collision_strategy": "CANCEL_NEW"})
    limit = made["global_concurrency_limit"]
    assert (limit["name"], limit["limit"], limit["active_slots"]) == (f"deployment:{made['id']}", 3, 0)
    assert made["concurrency_options"] == {"collision_strategy": "CANCEL_NEW", "grace_period_seconds": None}
    await api.patch(f"/deployments/{made['id']}", json={"concurrency_limit": 5})
    assert (await api.get(f"/v2/concurrency_limits/{limit['name']}")).json()["limit"] == 5
    await api.patch(f"/deployments/{made['id']}", json={"concurrency_limit": None})
    assert (await api.get(f"/deployments/{made['id']}")).json()["global_concurrency_limit"] is None
    assert (await api.get(f"/v2/concurrency_limits/{limit['name']}")).status_code == 404


async def test_a_limit_may_be_shared(api: httpx.AsyncClient) -> None:
    shared = (await api.post("/v2/concurrency_limits/", json={"name": f"limit {uuid4()}", "limit": 4})).json()
    made = await deploy(api, global_concurrency_limit_id=shared["id"])
    assert made["global_concurrency_limit"]["id"] == shared["id"]
    both = {"concurrency_limit": 1, "global_concurrency_limit_id": shared["id"]}
    refused = await api.patch(f"/deployments/{made['id']}", json=both)
    assert refused.status_code == 422
    assert "both" in refused.json()["exception_detail"][0]["msg"]
    await api.delete(f"/deployments/{made['id']}")
    assert (await api.get(f"/v2/concurrency_limits/{shared['id']}")).status_code == 200


async def test_pools_and_queues_are_found_by_name_and_queues_made(api: httpx.AsyncClient) -> None:
    pool = await make_pool(api)
    by_default = await deploy(api, work_pool_name=pool)
    assert (by_default["work_pool_name"], by_default["work_queue_name"]) == (pool, "default")
    new = await deploy(api, work_pool_name=pool, work_queue_name="fast")
    queue = (await api.get(f"/work_pools/{pool}/queues/fast")).json()
    assert (new["work_queue_id"], queue["priority"]) == (queue["id"], 2)
    agents = await deploy(api, work_queue_name=f"queue {uuid4()}")
    assert agents["work_pool_name"] == "default-agent-pool"
    await api.patch(f"/deployments/{new['id']}", json={"work_pool_name": None})
    left = (await api.get(f"/deployments/{new['id']}")).json()
    assert (left["work_pool_name"], left["work_queue_id"], left["work_queue_name"]) == (None, None, "fast")


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        ({"flow_id": NOBODY}, 409, "no flow"),
        ({"work_pool_name": "nowhere"}, 404, 'Work pool "nowhere" not found.'),
        ({"storage_document_id": NOBODY}, 409, "Could not find storage block"),
        ({"global_concurrency_limit_id": NOBODY}, 404, "Concurrency limit not found"),
        ({"schedules": [{"schedule": HOURLY, "slug": "a"}, {"schedule": HOURLY, "slug": "a"}]}, 409, "two schedules"),
    ],
)
async def test_what_it_needs_must_exist(
    api: httpx.AsyncClient, given: dict[str, object], status: int, says: str
) -> None:
    flow = await make_flow(api)
    response = await api.post("/deployments/", json={"name": "it", "flow_id": flow["id"], **given})
    assert response.status_code == status
    assert says in response.json()["detail"]


@pytest.mark.parametrize(
    "schedule",
    [
        {"cron": "0 0 31 2 *"},
        {"rrule": "FREQ=DAILY;INTERVAL=0"},
        {"interval": 1e-9},
        {"interval": 1e13},
        {"cron": "* * * * *", "timezone": "Nowhere/Land"},
        {},
    ],
)
async def test_schedules_that_never_come_true_are_refused(api: httpx.AsyncClient, schedule: dict[str, object]) -> None:
    flow = await make_flow(api)
    given = {"name": "it", "flow_id": flow["id"], "schedules": [{"schedule": schedule}]}
    response = await api.post("/deployments/", json=given)
    assert response.status_code == 422
    assert response.json()["exception_detail"][0]["loc"][:3] == ["body", "schedules", 0]


async def test_numbers_that_no_column_holds_are_refused(api: httpx.AsyncClient) -> None:
    made = await deploy(api)
    for change in ({"concurrency_limit": 2**40}, {"schedules": [{"slug": "a", "max_scheduled_runs": 2**40}]}):
        assert (await api.patch(f"/deployments/{made['id']}", json=change)).status_code == 422


async def test_parameters_are_checked_when_they_are_changed(api: httpx.AsyncClient) -> None:
    made = await deploy(api, parameter_openapi_schema=WITH_X)
    path = f"/deployments/{made['id']}"
    refused = await api.patch(path, json={"parameters": {"x": "no"}})
    assert refused.status_code == 409
    assert refused.json()["detail"] == (
        "Error updating deployment: Validation failed for field 'x'. Failure reason: 'no' is not of type 'integer'"
    )
    assert (await api.patch(path, json={"parameters": {}})).status_code == 204  # what is required may come with a run
    assert (
        await api.patch(path, json={"parameters": {"x": {"__prefect_kind": "json", "value": "3"}}})
    ).status_code == 204
    assert (await api.get(path)).json()["parameters"] == {"x": 3}
    assert (await api.patch(path, json={"parameter_openapi_schema": {"type": "wrong"}})).status_code == 409


async def test_job_variables_fit_the_pool(api: httpx.AsyncClient) -> None:
    template = {"job_configuration": {"x": "{{ x }}"}, "variables": WITH_X}
    pool, flow = await make_pool(api, base_job_template=template), await make_flow(api)
    given = {"name": "it", "flow_id": flow["id"], "work_pool_name": pool, "job_variables": {"x": "no"}}
    refused = await api.post("/deployments/", json=given)
    assert refused.status_code == 422
    assert "Error creating deployment: Validation failed for field 'x'" in refused.json()["detail"]
    made = await deploy(api, flow, work_pool_name=pool)
    path = f"/deployments/{made['id']}/create_flow_run"
    assert (await api.post(path, json={})).status_code == 422
    assert (await api.post(path, json={"job_variables": {"x": 1}})).status_code == 201


async def test_pausing_removes_the_runs_of_schedules_alone(api: httpx.AsyncClient) -> None:
    made = await deploy(api, schedules=[{"schedule": HOURLY}])
    by_hand = await run_of(api, made)
    await api.post(f"/deployments/{made['id']}/schedule", json={"max_runs": 3})
    assert len(await runs_of(api, made)) == 4
    assert (await api.post(f"/deployments/{made['id']}/pause_deployment")).status_code == 200
    assert [run["id"] for run in await runs_of(api, made)] == [by_hand["id"]]
    assert (await api.get(f"/deployments/{made['id']}")).json()["paused"] is True
    await api.post(f"/deployments/{made['id']}/resume_deployment")
    assert (await api.get(f"/deployments/{made['id']}")).json()["paused"] is False


async def test_deleting_one_removes_what_has_not_begun(api: httpx.AsyncClient) -> None:
    made = await deploy(api, schedules=[{"schedule": HOURLY}], concurrency_limit=1)
    begun, waiting = await run_of(api, made), await run_of(api, made)
    await api.post(f"/flow_runs/{begun['id']}/set_state", json={"state": {"type": "PENDING"}})
    await api.post(f"/deployments/{made['id']}/schedule", json={"max_runs": 3})
    assert (await api.delete(f"/deployments/{made['id']}")).status_code == 204
    assert [run["id"] for run in await runs_of(api, made)] == [begun["id"]]
    assert (await api.get(f"/flow_runs/{waiting['id']}")).status_code == 404
    assert (await api.get(f"/v2/concurrency_limits/deployment:{made['id']}")).status_code == 404
    assert (await api.delete(f"/deployments/{made['id']}")).json() == {"detail": "Deployment not found"}


async def test_lists_counts_and_pages(api: httpx.AsyncClient) -> None:
    flow, pool, mark = await make_flow(api), await make_pool(api), uuid4().hex
    for name in "bca":
        await deploy(api, flow, name=name, tags=[mark, name], work_pool_name=pool, paused=name == "a")
    wanted = {"flows": {"id": {"any_": [flow["id"]]}}}
    listed = conforms("/deployments/filter", "post", await api.post("/deployments/filter", json=wanted))
    assert [deployment["name"] for deployment in listed] == ["a", "b", "c"]
    for narrower, names in (
        ({"deployments": {"tags": {"all_": [mark, "c"]}}}, ["c"]),
        ({"deployments": {"paused": {"eq_": True}}}, ["a"]),
        ({"deployments": {"flow_or_deployment_name": {"like_": flow["name"]}}, "limit": 2}, ["a", "b"]),
        ({"work_pools": {"name": {"any_": [pool]}}, "sort": "NAME_DESC"}, ["c", "b", "a"]),
        ({"work_pools": {"name": {"any_": ["nowhere"]}}}, []),
    ):
        found = (await api.post("/deployments/filter", json={**wanted, **narrower})).json()
        assert [deployment["name"] for deployment in found] == names
    assert (await api.post("/deployments/count", json=wanted)).json() == 3
    page = await api.post("/deployments/paginate", json={**wanted, "limit": 2, "page": 2})
    body = conforms("/deployments/paginate", "post", page)
    assert ([each["name"] for each in body.pop("results")], body) == (
        ["c"],
        {"count": 3, "limit": 2, "pages": 2, "page": 2},
    )
    assert (await api.post("/deployments/filter", json={"limit": 201})).status_code == 422
    deleted = await api.post("/deployments/bulk_delete", json={"deployments": {"tags": {"all_": [mark]}}})
    assert len(conforms("/deployments/bulk_delete", "post", deleted)["deleted"]) == 3


async def test_work_queue_check_lists_queues_without_a_filter(api: httpx.AsyncClient) -> None:
    pool, made = await make_pool(api), await deploy(api, tags=["a"])
    for name, tags in (("plain", None), ("met", ["a"]), ("unmet", ["b"])):
        given = {"name": name, **({"filter": {"tags": tags}} if tags else {})}
        assert (await api.post(f"/work_pools/{pool}/queues", json=given)).status_code == 201
    response = await api.get(f"/deployments/{made['id']}/work_queue_check")
    found = conforms("/deployments/{id}/work_queue_check", "get", response)
    pool_id = (await api.get(f"/work_pools/{pool}")).json()["id"]
    assert [queue["name"] for queue in found if queue["work_pool_id"] == pool_id] == ["default", "plain", "met"]
