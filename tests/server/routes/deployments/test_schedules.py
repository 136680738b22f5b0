"""Schedules of deployments over REST."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from tests.server.routes.deployments.making import HOURLY, NOBODY, deploy, runs_of
from tests.server.support import conforms


async def test_schedules_are_added_changed_and_removed(api: httpx.AsyncClient) -> None:
    path = f"/deployments/{(await deploy(api))['id']}/schedules"
    given = [{"schedule": HOURLY, "slug": "a"}, {"schedule": {"cron": "0 6 * * *"}, "parameters": {"x": 1}}]
    made = conforms("/deployments/{id}/schedules", "post", await api.post(path, json=given))
    assert [schedule["slug"] for schedule in made] == ["a", None]
    assert (await api.post(path, json=given[:1])).status_code == 409
    change = {"active": False, "schedule": {"cron": "0 7 * * *"}}
    assert (await api.patch(f"{path}/{made[1]['id']}", json=change)).status_code == 204
    listed = conforms("/deployments/{id}/schedules", "get", await api.get(path))
    assert [schedule["id"] for schedule in listed] == [made[1]["id"], made[0]["id"]]  # the last to change first
    assert listed[0]["schedule"] == {"cron": "0 7 * * *", "timezone": None, "day_or": True}
    assert (listed[0]["active"], listed[0]["parameters"]) == (False, {"x": 1})
    assert (await api.patch(f"{path}/{made[1]['id']}", json={"slug": "a"})).status_code == 409
    assert (await api.delete(f"{path}/{made[0]['id']}")).status_code == 204
    assert (await api.delete(f"{path}/{made[0]['id']}")).json() == {"detail": "Schedule not found."}
    assert (await api.get(f"/deployments/{NOBODY}/schedules")).json() == {"detail": "Deployment not found."}


async def test_changing_a_deployment_changes_schedules_by_slug(api: httpx.AsyncClient) -> None:
    made = await deploy(api, schedules=[{"schedule": HOURLY, "slug": "a"}])
    path = f"/deployments/{made['id']}"

    async def slugs() -> dict[str, bool]:
        return {schedule["slug"]: schedule["active"] for schedule in (await api.get(path)).json()["schedules"]}

    await api.patch(path, json={"schedules": [{"slug": "a", "active": False}, {"slug": "b", "schedule": HOURLY}]})
    assert await slugs() == {"a": False, "b": True}
    await api.patch(path, json={"schedules": [{"slug": "c", "replaces": "a"}]})
    assert await slugs() == {"c": False, "b": True}
    for given, says in (
        ([{"schedule": HOURLY}], "Please provide a slug for each schedule"),
        ([{"slug": "new"}], "Unable to create new deployment schedules without a schedule"),
        ([{"slug": "b", "replaces": "c"}], "Cannot rename schedule from 'c' to 'b'"),
    ):
        refused = await api.patch(path, json={"schedules": given})
        assert refused.status_code == 422
        assert says in refused.json()["detail"]
    assert await slugs() == {"c": False, "b": True}
    await api.patch(path, json={"schedules": []})
    assert await slugs() == {"c": False, "b": True}


async def test_runs_are_made_ahead_of_time_once_for_each_moment(api: httpx.AsyncClient) -> None:
    made = await deploy(api, parameters={"x": 1, "y": 2}, tags=["t"], version="v",
                        schedules=[{"schedule": HOURLY, "slug": "a", "parameters": {"x": 5}}])  # fmt: skip
    span = {"start_time": "2031-01-01T00:00:00Z", "end_time": "2031-01-01T03:00:00Z"}
    path = f"/deployments/{made['id']}/schedule"
    await asyncio.gather(*(api.post(path, json={**span, "min_runs": 9}) for _ in range(5)))
    runs = await runs_of(api, made)
    assert [run["expected_start_time"] for run in runs] == [f"2031-01-01T0{hour}:00:00Z" for hour in range(4)]
    first, schedule = runs[0], made["schedules"][0]
    assert (first["parameters"], first["tags"], first["auto_scheduled"]) == (
        {"x": 5, "y": 2},
        ["auto-scheduled", "t"],
        True,
    )
    assert first["created_by"] == {"id": schedule["id"], "type": "SCHEDULE", "display_value": "a"}
    assert first["idempotency_key"] == f"scheduled {made['id']} {schedule['id']} 2031-01-01 00:00:00+00:00"
    assert (first["state_name"], first["state"]["message"]) == ("Scheduled", "Flow run scheduled")
    assert first["deployment_version"] == "v"


async def test_how_many_runs_are_made(api: httpx.AsyncClient) -> None:
    path_of = "/deployments/{}/schedule"
    for given, count in (
        ({}, 3),
        ({"max_runs": 1}, 1),
        ({"min_runs": 5, "min_time": 1}, 5),
        ({"min_runs": 1, "min_time": 6 * 3600}, 6),
        ({"start_time": "2031-01-01T00:00:00Z", "end_time": "2031-01-01T01:00:00Z"}, 2),
    ):
        made = await deploy(api, schedules=[{"schedule": HOURLY}, {"schedule": HOURLY, "active": False}])
        assert (await api.post(path_of.format(made["id"]), json=given)).status_code == 200
        assert len(await runs_of(api, made)) == count, given
    assert (await api.post(path_of.format(NOBODY), json={})).status_code == 200


async def test_changing_a_schedule_removes_the_runs_that_it_made(api: httpx.AsyncClient) -> None:
    made = await deploy(api, schedules=[{"schedule": HOURLY, "slug": slug} for slug in "ab"])
    path, by_slug = f"/deployments/{made['id']}", {schedule["slug"]: schedule["id"] for schedule in made["schedules"]}
    await api.post(f"{path}/schedule", json={"max_runs": 2})
    assert len(await runs_of(api, made)) == 4
    await api.patch(f"{path}/schedules/{by_slug['a']}", json={"active": False})
    assert {run["created_by"]["display_value"] for run in await runs_of(api, made)} == {"b"}
    await api.delete(f"{path}/schedules/{by_slug['b']}")
    assert await runs_of(api, made) == []


async def test_deploying_again_keeps_the_schedules_that_stay(api: httpx.AsyncClient) -> None:
    schedules = [{"schedule": HOURLY, "slug": "a"}, {"schedule": HOURLY, "slug": "b"}]
    made = await deploy(api, schedules=schedules)
    begun = {"start_time": "2031-01-01T00:00:00Z", "end_time": "2031-01-01T00:00:00Z"}
    await api.post(f"/deployments/{made['id']}/schedule", json=begun)
    (run, _) = await runs_of(api, made)
    await api.post(f"/flow_runs/{run['id']}/set_state", json={"state": {"type": "PENDING"}, "force": True})
    flow = {"id": made["flow_id"]}
    again = await deploy(api, flow, schedules=[schedules[0], {**schedules[1], "schedule": {"cron": "0 0 * * *"}}])
    ids = [{schedule["slug"]: schedule["id"] for schedule in each["schedules"]} for each in (made, again)]
    assert ids[0]["a"] == ids[1]["a"]
    assert ids[0]["b"] != ids[1]["b"]
    await api.post(f"/deployments/{made['id']}/schedule", json=begun)
    assert [each["state_name"] for each in await runs_of(api, made) if each["created_by"]["display_value"] == "a"] == [
        run["state_name"] if run["created_by"]["display_value"] != "a" else "Pending"
    ]


@pytest.mark.parametrize(
    "schedule",
    [
        {"rrule": "DTSTART:19000101T000000\nRRULE:FREQ=SECONDLY"},
        {"rrule": "FREQ=SECONDLY;COUNT=1000000000"},
        {"interval": 1, "anchor_date": "0001-01-01T00:00:00Z"},
        {"cron": "* * * * * *"},
    ],
)
async def test_making_runs_ends(api: httpx.AsyncClient, schedule: dict[str, object]) -> None:
    made = await deploy(api, schedules=[{"schedule": schedule}])
    far = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2200-01-01T00:00:00Z", "min_runs": 20, "max_runs": 20}
    begun = time.monotonic()
    assert (await api.post(f"/deployments/{made['id']}/schedule", json=far)).status_code == 200
    assert time.monotonic() - begun < 15
