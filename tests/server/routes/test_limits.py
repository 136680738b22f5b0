"""Concurrency limits over REST: of tags, global ones, and slots by lease, at a rate or until they are given back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from prefect.connect import CLOCK
from prefect.core.ports import SlotRequest
from prefect.core.times import SECOND
from prefect.orchestrator import slots as queued
from prefect.services import slot_expiry, slot_renewal
from prefect.storage.store import Store
from tests.server.support import conforms

NOBODY = "00000000-0000-0000-0000-000000000000"
LIMITS = "/v2/concurrency_limits"
MISSING = {"detail": "Concurrency Limit not found"}


def fresh(start: str = "x") -> str:
    return f"{start}-{uuid4().hex[:12]}"


async def limit(api: httpx.AsyncClient, slots: int = 1, **given: Any) -> str:
    """The name of a new limit."""
    name = fresh("limit")
    response = await api.post(f"{LIMITS}/", json={"name": name, "limit": slots, **given})
    assert response.status_code == 201, response.text
    conforms(f"{LIMITS}/", "post", response)
    return name


async def take(api: httpx.AsyncClient, *names: str, slots: int = 1, **given: Any) -> httpx.Response:
    return await api.post(f"{LIMITS}/increment", json={"names": names, "slots": slots, **given})


async def lease(api: httpx.AsyncClient, *names: str, slots: int = 1, **given: Any) -> httpx.Response:
    return await api.post(f"{LIMITS}/increment-with-lease", json={"names": names, "slots": slots, **given})


async def active(api: httpx.AsyncClient, name: str) -> int:
    response = await api.get(f"{LIMITS}/{name}")
    slots: int = conforms(f"{LIMITS}/{{id_or_name}}", "get", response)["active_slots"]
    return slots


# --- global limits


async def test_a_limit_is_made_read_changed_and_removed(api: httpx.AsyncClient) -> None:
    name = fresh()
    response = await api.post(f"{LIMITS}/", json={"name": name, "limit": 2, "slot_decay_per_second": 0.5})
    made = conforms(f"{LIMITS}/", "post", response)
    assert (made["active"], made["limit"], made["active_slots"], made["denied_slots"]) == (True, 2, 0, 0)
    assert made["avg_slot_occupancy_seconds"] == 2.0
    for key in (name, made["id"]):
        found = (await api.get(f"{LIMITS}/{key}")).json()
        assert found == {key: value for key, value in made.items() if key in found}
    assert (await api.patch(f"{LIMITS}/{name}", json={"limit": 5, "active": False})).status_code == 204
    renamed = fresh()
    assert (await api.patch(f"{LIMITS}/{made['id']}", json={"name": renamed})).status_code == 204
    found = (await api.get(f"{LIMITS}/{renamed}")).json()
    assert (found["id"], found["limit"], found["active"]) == (made["id"], 5, False)
    assert (await api.delete(f"{LIMITS}/{renamed}")).status_code == 204
    for key in (renamed, made["id"], NOBODY):
        for response in (
            await api.get(f"{LIMITS}/{key}"),
            await api.patch(f"{LIMITS}/{key}", json={"limit": 1}),
            await api.delete(f"{LIMITS}/{key}"),
        ):
            assert (response.status_code, response.json()) == (404, MISSING)


async def test_a_name_belongs_to_one_limit(api: httpx.AsyncClient) -> None:
    one, two = await limit(api), await limit(api)
    for response in (
        await api.post(f"{LIMITS}/", json={"name": one, "limit": 1}),
        await api.patch(f"{LIMITS}/{one}", json={"name": two}),
    ):
        assert (response.status_code, "exists already" in response.json()["detail"]) == (409, True)
    assert (await api.patch(f"{LIMITS}/{one}", json={"name": one})).status_code == 204


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"name": "a/b", "limit": 1}, "name"),
        ({"name": "a", "limit": -1}, "limit"),
        ({"name": "a", "limit": 1 << 40}, "limit"),
        ({"name": "a", "limit": 1, "active_slots": 1 << 31}, "active_slots"),
        ({"name": "a", "limit": 1, "slot_decay_per_second": -1}, "slot_decay_per_second"),
        ({"name": "a", "limit": 1, "unknown": 1}, "unknown"),
        ({"limit": 1}, "name"),
    ],
)
async def test_what_no_limit_may_be(api: httpx.AsyncClient, given: dict[str, Any], place: str) -> None:
    response = await api.post(f"{LIMITS}/", json=given)
    assert response.status_code == 422
    assert response.json()["exception_detail"][0]["loc"][:2] == ["body", place]
    if "name" in given:
        existing = await limit(api)
        changes = {key: value for key, value in given.items() if key == place}
        assert (await api.patch(f"{LIMITS}/{existing}", json=changes)).status_code == 422
    assert (await api.patch(f"{LIMITS}/{NOBODY}", json={"limit": None})).status_code == 422


async def test_limits_are_listed_by_name_those_on_tags_among_them(api: httpx.AsyncClient) -> None:
    mark = fresh("a")
    await api.post(f"{LIMITS}/", json={"name": f"{mark}-2", "limit": 1})
    await api.post(f"{LIMITS}/", json={"name": f"{mark}-1", "limit": 1})
    await api.post("/concurrency_limits/", json={"tag": mark, "concurrency_limit": 1})
    listed = conforms(f"{LIMITS}/filter", "post", await api.post(f"{LIMITS}/filter", json={}))
    mine = [found["name"] for found in listed if mark in found["name"]]
    assert mine == [f"{mark}-1", f"{mark}-2", f"tag:{mark}"]
    page = (await api.post(f"{LIMITS}/filter", json={"limit": 1, "offset": 1})).json()
    assert [found["id"] for found in page] == [listed[1]["id"]]


async def test_a_limit_on_a_tag_has_two_names(api: httpx.AsyncClient) -> None:
    tag = fresh()
    made = (await api.post(f"{LIMITS}/", json={"name": f"tag:{tag}", "limit": 3})).json()
    assert made["name"] == f"tag:{tag}"
    found = (await api.get(f"/concurrency_limits/tag/{tag}")).json()
    assert (found["id"], found["tag"], found["concurrency_limit"]) == (made["id"], tag, 3)
    holder = {"type": "task_run", "id": str(uuid4())}
    await lease(api, f"tag:{tag}", holder=holder)
    assert (await api.get(f"/concurrency_limits/tag/{tag}")).json()["active_slots"] == [holder["id"]]
    assert (await api.delete(f"{LIMITS}/tag:{tag}")).status_code == 204


# --- slots


async def test_slots_are_taken_while_there_are_any(api: httpx.AsyncClient) -> None:
    name = await limit(api, 2)
    granted = await take(api, name, "nowhere")
    assert granted.status_code == 200
    assert [(one["name"], one["limit"]) for one in granted.json()] == [(name, 2)]
    assert (await take(api, name)).status_code == 200
    assert await active(api, name) == 2
    full = await take(api, name)
    assert (full.status_code, full.json()) == (423, {"detail": "Locked"})
    assert 0 < float(full.headers["retry-after"]) <= 1.5
    body = {"names": [name, "nowhere"], "slots": 1, "occupancy_seconds": 2.5}
    given_back = await api.post(f"{LIMITS}/decrement", json=body)
    assert [one["name"] for one in given_back.json()] == [name]
    assert await active(api, name) == 1
    await api.post(f"{LIMITS}/decrement", json={**body, "slots": 10})
    assert await active(api, name) == 0


async def test_slots_of_several_limits_are_taken_together_or_not_at_all(api: httpx.AsyncClient) -> None:
    wide, narrow = await limit(api, 5), await limit(api, 2)
    assert (await take(api, narrow, slots=2)).status_code == 200
    assert (await take(api, wide, narrow)).status_code == 423
    assert await active(api, wide) == 0
    await api.post(f"{LIMITS}/decrement", json={"names": [narrow], "slots": 1})
    assert await active(api, narrow) == 1, "part of what was taken at once"
    assert (await take(api, wide, narrow)).status_code == 200


async def test_what_can_never_be_had_is_refused(api: httpx.AsyncClient) -> None:
    name = await limit(api, 2)
    for ask in (take, lease):
        many = await ask(api, name, slots=3)
        assert (many.status_code, many.json()) == (422, {"detail": "Slots requested is greater than the limit"})
        rate = await ask(api, name, mode="rate_limit")
        assert (rate.status_code, f"do not have a decay configured: '{name}'" in rate.json()["detail"]) == (422, True)
        assert (await ask(api, name, slots=0)).status_code == 422
        assert (await ask(api, name, slots=1 << 60)).status_code == 422


async def test_limits_that_are_off_or_missing_limit_nothing(api: httpx.AsyncClient) -> None:
    name = await limit(api, 1, active=False)
    assert [one["name"] for one in (await take(api, name, slots=100)).json()] == [name]
    assert (await take(api, "nowhere")).json() == []
    assert (await take(api)).json() == []
    for names in ((name,), ("nowhere",), ()):
        granted = await lease(api, *names)
        lease_id = granted.json()["lease_id"]
        renewed = await api.post(f"{LIMITS}/leases/{lease_id}/renew", json={"lease_duration": 60})
        assert (granted.status_code, renewed.status_code) == (200, 204), "a lease on nothing does not run out"
        assert (await api.post(f"{LIMITS}/decrement-with-lease", json={"lease_id": lease_id})).status_code == 204
    assert await active(api, name) == 0


async def test_a_rate_comes_back_by_itself(api: httpx.AsyncClient) -> None:
    name = await limit(api, 2, slot_decay_per_second=5)
    assert (await take(api, name, slots=2, mode="rate_limit")).status_code == 200
    full = await take(api, name, mode="rate_limit")
    assert full.status_code == 423
    pause = float(full.headers["retry-after"])
    assert 0 < pause <= 0.2
    await asyncio.sleep(pause)
    assert (await take(api, name, mode="rate_limit")).status_code == 200


async def test_a_rate_that_hardly_comes_back_is_asked_for_again(api: httpx.AsyncClient) -> None:
    name = await limit(api, 1, slot_decay_per_second=5e-324)
    await take(api, name, mode="rate_limit")
    full = await take(api, name, mode="rate_limit")
    assert (full.status_code, full.headers["retry-after"]) == (423, "3600.000")


async def test_any_number_of_names_may_be_given(api: httpx.AsyncClient) -> None:
    name = await limit(api, 1)
    names = [f"x{number}" for number in range(70_000)] + [name, name]
    assert [one["name"] for one in (await take(api, *names)).json()] == [name]
    body = {"names": names, "task_run_id": NOBODY}
    assert (await api.post("/concurrency_limits/increment", json=body)).json() == []


async def test_a_lease_holds_slots_until_it_is_given_back(api: httpx.AsyncClient) -> None:
    name = await limit(api)
    holder = {"type": "flow_run", "id": str(uuid4())}
    granted = await lease(api, name, holder=holder, lease_duration=60)
    lease_id = conforms(f"{LIMITS}/increment-with-lease", "post", granted)["lease_id"]
    assert (await lease(api, name)).status_code == 423
    await api.post(f"{LIMITS}/decrement", json={"names": [name], "slots": 1})
    assert await active(api, name) == 1, "who has no lease gives back nothing of one"
    assert (await api.post(f"{LIMITS}/leases/{lease_id}/renew", json={"lease_duration": 90})).status_code == 204
    assert (await api.post(f"{LIMITS}/leases/{lease_id}/renew", json={"lease_duration": 5})).status_code == 422
    for _ in range(2):
        assert (await api.post(f"{LIMITS}/decrement-with-lease", json={"lease_id": lease_id})).status_code == 204
    assert await active(api, name) == 0
    for gone in (lease_id, NOBODY):
        lost = await api.post(f"{LIMITS}/leases/{gone}/renew", json={})
        expected = {"detail": "Lease not found - it may have expired or been revoked"}
        assert (lost.status_code, lost.json()) == (410, expected)


async def test_a_lease_runs_out_unless_it_is_renewed(api: httpx.AsyncClient, store: Store) -> None:
    lost, kept, forever = await limit(api), await limit(api), await limit(api)
    lost_id = (await lease(api, lost, lease_duration=60)).json()["lease_id"]
    kept_id = (await lease(api, kept, lease_duration=60)).json()["lease_id"]
    await take(api, forever)
    now = CLOCK.now()
    slot_renewal.tick(store, now)  # the server renews what it holds itself, and nothing else
    await api.post(f"{LIMITS}/leases/{kept_id}/renew", json={"lease_duration": 300})
    slot_expiry.tick(store, now + 120 * SECOND)
    assert [await active(api, name) for name in (lost, kept, forever)] == [0, 1, 1]
    assert (await api.post(f"{LIMITS}/leases/{lost_id}/renew", json={})).status_code == 410
    assert (await lease(api, lost)).status_code == 200


async def test_those_that_queue_come_first(api: httpx.AsyncClient, store: Store) -> None:
    name = await limit(api)
    held = (await lease(api, name)).json()["lease_id"]
    waits = SlotRequest(names=[name], occupy=1, holder=CLOCK.new_id(), run_id=None, attempt=1, lease_seconds=60)
    assert not store.transact(lambda tx: queued.acquire(tx, waits, CLOCK)).granted
    await api.post(f"{LIMITS}/decrement-with-lease", json={"lease_id": held})
    assert (await lease(api, name)).status_code == 423
    assert store.transact(lambda tx: queued.acquire(tx, waits, CLOCK)).granted


async def test_many_ask_at_once_and_none_too_many_are_granted(api: httpx.AsyncClient) -> None:
    name = await limit(api, 5)
    answers = await asyncio.gather(*(lease(api, name) for _ in range(40)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(423)) == (5, 35)
    assert await active(api, name) == 5


@pytest.mark.parametrize("decay", [0, 0.001])
async def test_taken_slots_can_be_set(api: httpx.AsyncClient, decay: float) -> None:
    name = await limit(api, 3, active_slots=2, slot_decay_per_second=decay)
    assert await active(api, name) == 2
    assert (await take(api, name, slots=2)).status_code == 423
    await api.patch(f"{LIMITS}/{name}", json={"active_slots": 3})
    assert (await active(api, name), (await take(api, name)).status_code) == (3, 423)
    await api.patch(f"{LIMITS}/{name}", json={"active_slots": 0})
    assert (await active(api, name), (await take(api, name)).status_code) == (0, 200)


# --- tags


async def tag_limit(api: httpx.AsyncClient, slots: int) -> str:
    tag = fresh("tag")
    response = await api.post("/concurrency_limits/", json={"tag": tag, "concurrency_limit": slots})
    assert response.status_code == 201
    return tag


async def holders(api: httpx.AsyncClient, tag: str) -> list[str]:
    response = await api.get(f"/concurrency_limits/tag/{tag}")
    slots: list[str] = conforms("/concurrency_limits/tag/{tag}", "get", response)["active_slots"]
    return slots


async def test_a_tag_is_limited_and_freed(api: httpx.AsyncClient) -> None:
    tag = await tag_limit(api, 1)
    found = (await api.get(f"/concurrency_limits/tag/{tag}")).json()
    again = await api.post("/concurrency_limits/", json={"tag": tag, "concurrency_limit": 2})
    assert (again.status_code, again.json()["id"], again.json()["concurrency_limit"]) == (200, found["id"], 2)
    assert (await api.get(f"/concurrency_limits/{found['id']}")).json() == again.json()
    listed = conforms("/concurrency_limits/filter", "post", await api.post("/concurrency_limits/filter", json={}))
    assert again.json() in listed
    by_id, by_tag = f"/concurrency_limits/{found['id']}", f"/concurrency_limits/tag/{tag}"
    removed = await api.delete(by_tag)
    assert (removed.status_code, removed.json()) == (200, None)
    for response in (
        await api.get(by_id),
        await api.get(by_tag),
        await api.delete(by_id),
        await api.delete(by_tag),
        await api.post(f"{by_tag}/reset", json={}),
    ):
        assert (response.status_code, response.json()) == (404, {"detail": "Concurrency limit not found"})
    other = (await api.get(f"{LIMITS}/{await limit(api)}")).json()["id"]
    assert (await api.get(f"/concurrency_limits/{other}")).status_code == 404
    assert (await api.delete(f"/concurrency_limits/{other}")).status_code == 404


async def test_task_runs_hold_the_slots_of_their_tags(api: httpx.AsyncClient) -> None:
    tag, wide = await tag_limit(api, 2), await tag_limit(api, 9)
    runs = [str(uuid4()) for _ in range(3)]

    async def ask(what: str, run: str) -> httpx.Response:
        return await api.post(f"/concurrency_limits/{what}", json={"names": [wide, tag, "none"], "task_run_id": run})

    for run in (runs[0], runs[0], runs[1]):  # an answer that was lost is asked for again
        granted = await ask("increment", run)
        assert sorted(one["name"] for one in granted.json()) == sorted([tag, wide])
    assert await holders(api, tag) == runs[:2]
    full = await ask("increment", runs[2])
    assert (full.status_code, full.json()) == (
        423,
        {"detail": f"Concurrency limit for the {tag} tag has been reached"},
    )
    assert full.headers["retry-after"] == "10.0"
    assert await holders(api, wide) == runs[:2], "all of them or none"
    given_back = await ask("decrement", runs[0])
    assert sorted(one["name"] for one in given_back.json()) == sorted([f"tag:{tag}", f"tag:{wide}"])
    assert (await ask("increment", runs[2])).status_code == 200
    assert await holders(api, tag) == runs[1:]


async def test_a_tag_without_slots_never_runs(api: httpx.AsyncClient) -> None:
    tag = await tag_limit(api, 0)
    body = {"names": [tag], "task_run_id": str(uuid4())}
    never = await api.post("/concurrency_limits/increment", json=body)
    expected = f'The concurrency limit on tag "{tag}" is 0 and will deadlock if the task tries to run again.'
    assert (never.status_code, never.json(), "retry-after" in never.headers) == (423, {"detail": expected}, False)
    below = await tag_limit(api, -1)
    assert (await api.post("/concurrency_limits/increment", json={**body, "names": [below]})).status_code == 423


async def test_who_holds_the_slots_of_a_tag_can_be_set(api: httpx.AsyncClient) -> None:
    tag, runs = await tag_limit(api, 2), [str(uuid4()) for _ in range(3)]
    path = f"/concurrency_limits/tag/{tag}/reset"
    reset = await api.post(path, json={"slot_override": [*runs, runs[0]]})
    assert (reset.status_code, reset.json()) == (200, None)
    assert sorted(await holders(api, tag)) == sorted(runs)
    await api.post(path, json={})
    assert await holders(api, tag) == []


# --- what may be chosen from


async def test_views_of_what_there_is(api: httpx.AsyncClient) -> None:
    response = await api.get("/collections/views/aggregate-worker-metadata")
    assert response.json()["prefect"]["process"]["type"] == "process"
    missing = await api.get("/collections/views/nothing")
    assert (missing.status_code, missing.json()) == (404, {"detail": "View nothing not found in registry"})
