"""Events over REST: what was taken in is found again, by every filter, page by page, and counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.server.listening import an_event
from tests.server.support import conforms

LONG_AGO = "1990-01-01T00:00:00Z"


def named(*ids: str, role: str = "part") -> list[dict[str, str]]:
    return [{"prefect.resource.id": one, "prefect.resource.role": role} for one in ids]


async def take(api: httpx.AsyncClient, *events: dict[str, Any]) -> None:
    response = await api.post("/events", json=list(events))
    assert response.status_code == 204, response.text


async def found(api: httpx.AsyncClient, wanted: dict[str, Any], **body: Any) -> list[str]:
    response = await api.post("/events/filter", json={"filter": wanted, **body})
    assert response.status_code == 200, response.text
    return [event["event"] for event in conforms("/events/filter", "post", response)["events"]]


async def test_an_event_comes_back_as_it_was_sent(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    sent = an_event(f"{mark}.happened", f"{mark}.1", payload={"deep": {"list": [1, None, "ü\x00"]}}, follows=str(uuid4()),
                    related=[{"prefect.resource.id": "x", "prefect.resource.role": "r", "more": "said"}])  # fmt: skip
    sent["resource"]["prefect.resource.name"] = "Näme"
    await take(api, sent)
    page = conforms(
        "/events/filter", "post", await api.post("/events/filter", json={"filter": {"event": {"prefix": [mark]}}})
    )
    (event,) = page["events"]
    received = event.pop("received")
    assert abs(datetime.fromisoformat(received) - datetime.now(UTC)) < timedelta(minutes=1)
    assert {**event, "occurred": None} == {**sent, "occurred": None}
    assert datetime.fromisoformat(event["occurred"]) == datetime.fromisoformat(sent["occurred"])
    assert (page["total"], page["next_page"]) == (1, None)


async def test_an_event_sent_twice_is_one(api: httpx.AsyncClient) -> None:
    event = an_event(uuid4().hex)
    await take(api, event, event)
    await take(api, event)
    assert await found(api, {"event": {"name": [event["event"]]}}) == [event["event"]]


async def test_every_filter(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    first = an_event(f"{mark}.a", f"{mark}.r1", related=named(f"{mark}.x"), payload={"said": "Wombat"})
    second = an_event(f"{mark}.b", f"{mark}.r2", related=named(f"{mark}.y", role="whole"))
    second["resource"]["color"] = "blue"
    third = an_event(f"{mark}.b.c", f"{mark}.r1", related=named(f"{mark}.x", f"{mark}.y"), occurred=LONG_AGO)
    await take(api, first, second, third)
    all_time = {"occurred": {"since": "1980-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}, "order": "ASC"}
    c, a, b = f"{mark}.b.c", f"{mark}.a", f"{mark}.b"
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"event": {"name": [a, b]}}, [a, b]),
        ({"event": {"prefix": [f"{mark}.b"]}}, [c, b]),
        ({"event": {"prefix": [mark], "exclude_name": [b]}}, [c, a]),
        ({"event": {"prefix": [mark], "exclude_prefix": [f"{mark}.b"]}}, [a]),
        ({"event": {"prefix": [mark], "name": []}, "id": {"id": []}}, [c, a, b]),
        ({"id": {"id": [second["id"]]}}, [b]),
        ({"resource": {"id": [f"{mark}.r1"]}}, [c, a]),
        ({"resource": {"id_prefix": [f"{mark}.r"]}}, [c, a, b]),
        ({"resource": {"labels": {"prefect.resource.id": f"{mark}.r*", "color": ["blue", "red"]}}}, [b]),
        ({"resource": {"labels": {"prefect.resource.id": [f"{mark}.*", f"!{mark}.r2"]}}}, [c, a]),
        ({"resource": {"id_prefix": [mark], "distinct": True}}, [a, b]),
        ({"related": {"id": [f"{mark}.x"]}}, [c, a]),
        ({"related": {"id": [f"{mark}.y"], "role": ["whole"]}}, [b]),
        ({"related": {"resources_in_roles": [[f"{mark}.y", "part"]]}}, [c]),
        ({"related": {"labels": {"prefect.resource.id": f"{mark}.y"}}}, [c, b]),
        ({"related": [{"id": [f"{mark}.x"]}, {"id": [f"{mark}.y"]}]}, [c]),
        ({"any_resource": {"id": [f"{mark}.r2"]}}, [b]),
        ({"any_resource": {"id_prefix": [f"{mark}.y"]}}, [c, b]),
        ({"any_resource": [{"id": [f"{mark}.r1"]}, {"id": [f"{mark}.y"]}]}, [c]),
        ({"any_resource": {"labels": {"color": "blue"}}, "event": {"prefix": [mark]}}, [b]),
        ({"event": {"prefix": [mark]}, "text": {"query": "wombat"}}, [a]),
        ({"event": {"prefix": [mark]}, "text": {"query": "-wombat"}}, [c, b]),
    ]
    for wanted, expected in cases:
        assert await found(api, {**all_time, **wanted}) == expected, wanted
    assert await found(api, {"event": {"prefix": [mark]}}) == [b, a]


async def test_letters_that_patterns_know_are_letters(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    await take(api, an_event(f"{mark}.50%_\\x"), an_event(f"{mark}.50ab\\x"), an_event(f"{mark}.50%_\\X"))
    assert await found(api, {"event": {"prefix": [f"{mark}.50%_\\x"]}}) == [f"{mark}.50%_\\x"]


async def test_pages_follow_each_other(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    same_moment = datetime.now(UTC).isoformat()
    events = [an_event(f"{mark}.{number}", occurred=same_moment) for number in range(7)]
    await take(api, *events)
    response = await api.post("/events/filter", json={"filter": {"event": {"prefix": [mark]}}, "limit": 3})
    seen: list[str] = []
    while True:
        page = response.json()
        assert page["total"] == 7
        seen += [event["id"] for event in page["events"]]
        if page["next_page"] is None:
            break
        url = urlsplit(page["next_page"])
        assert url.path == "/api/events/filter/next"
        response = await api.get(f"/events/filter/next?{url.query}")
        conforms("/events/filter/next", "get", response)
    assert sorted(seen) == sorted(event["id"] for event in events)


@pytest.mark.parametrize("token", ["abc", "!!", "W10=", "bnVsbA==", "W3sieCI6MX0sMSwxLFsxLCJhYiJdXQ=="])
async def test_a_token_that_is_not_ours_is_refused(api: httpx.AsyncClient, token: str) -> None:
    response = await api.get("/events/filter/next", params={"page-token": token})
    assert (response.status_code, response.json()) == (403, {"detail": "Forbidden"})


async def test_counts(api: httpx.AsyncClient) -> None:
    mark, noon = uuid4().hex, datetime(2024, 3, 6, 12, 0, 30, tzinfo=UTC)
    moments = [noon, noon + timedelta(seconds=20), noon + timedelta(minutes=2)]
    events = [
        an_event(f"{mark}.{'aab'[n]}", f"{mark}.r", occurred=moment.isoformat()) for n, moment in enumerate(moments)
    ]
    events[0]["resource"]["prefect.resource.name"] = "R"
    await take(api, *events)
    until = noon + timedelta(minutes=3)
    wanted = {"event": {"prefix": [mark]}, "occurred": {"since": noon.isoformat(), "until": until.isoformat()}}

    async def counted(by: str, **more: Any) -> list[dict[str, Any]]:
        response = await api.post(f"/events/count-by/{by}", json={"filter": wanted, **more})
        counts: list[dict[str, Any]] = conforms("/events/count-by/{countable}", "post", response)
        return counts

    assert [(row["value"], row["count"]) for row in await counted("event")] == [(f"{mark}.a", 2), (f"{mark}.b", 1)]
    (resource,) = await counted("resource")
    assert (resource["value"], resource["count"]) == (f"{mark}.r", 3)
    assert resource["start_time"] == "2024-03-06T12:00:30Z"
    minutes = await counted("time", time_unit="minute", time_interval=1)
    assert [row["count"] for row in minutes] == [2, 0, 1, 0]
    assert minutes[0] == {
        "value": "0",
        "label": "2024-03-06T12:00:00+00:00",
        "count": 2,
        "start_time": "2024-03-06T12:00:00Z",
        "end_time": "2024-03-06T12:00:59.999999Z",
    }
    (week,) = await counted("day", time_unit="week")
    assert week["start_time"] == "2024-03-04T00:00:00Z"


async def test_counts_that_would_not_end_are_refused(api: httpx.AsyncClient) -> None:
    response = await api.post(
        "/events/count-by/time", json={"filter": {}, "time_unit": "second", "time_interval": 0.01}
    )
    assert response.status_code == 422
    assert "1000 buckets or fewer" in response.json()["detail"]
    for body in ({"filter": {}, "time_unit": "week", "time_interval": 1e300}, {"filter": {}, "time_interval": 1e9}):
        assert (await api.post("/events/count-by/time", json=body)).status_code in (200, 422)
    assert (await api.post("/events/count-by/nothing", json={"filter": {}})).status_code == 422


async def test_what_cannot_be_an_event_is_refused(api: httpx.AsyncClient) -> None:
    many = named(*(str(number) for number in range(101)))
    cases: list[tuple[Any, list[Any]]] = [
        ({"event": "x"}, ["body", 0, "occurred"]),
        (an_event(related=many), ["body", 0, "related"]),
        (an_event(name="a\0b"), ["body", 0, "event"]),
        (an_event(resource=""), ["body", 0, "resource"]),
        (an_event(occurred="10000-01-01T00:00:00Z"), ["body", 0, "occurred"]),
        (an_event(related=[{"prefect.resource.id": "x"}]), ["body", 0, "related", 0]),
    ]
    for event, place in cases:
        response = await api.post("/events", json=[event])
        assert response.status_code == 422, event
        assert place in [problem["loc"] for problem in response.json()["exception_detail"]]
    huge = await api.post("/events", json=[an_event(payload={"text": "x" * 2_000_000})])
    assert huge.status_code == 413


async def test_a_flow_runs_states_are_events(api: httpx.AsyncClient) -> None:
    flow = (await api.post("/flows/", json={"name": f"flow {uuid4()}"})).json()
    run = (await api.post("/flow_runs/", json={"flow_id": flow["id"], "name": "n", "tags": ["b", "a"]})).json()
    for state in ({"type": "RUNNING"}, {"type": "FAILED", "message": "No."}):
        await api.post(f"/flow_runs/{run['id']}/set_state", json={"state": state})
    wanted = {"any_resource": {"id": [f"prefect.flow-run.{run['id']}"]}, "order": "ASC"}
    events = (await api.post("/events/filter", json={"filter": wanted})).json()["events"]
    assert [event["event"].rpartition(".")[2] for event in events] == ["Pending", "Running", "Failed"]
    assert [event["follows"] for event in events] == [None, events[0]["id"], events[1]["id"]]
    failed = events[-1]
    assert failed["id"] == (await api.get(f"/flow_runs/{run['id']}")).json()["state_id"]
    timestamp = failed["resource"].pop("prefect.state-timestamp")
    assert datetime.fromisoformat(timestamp) == datetime.fromisoformat(failed["occurred"])
    assert failed["resource"] == {
        "prefect.resource.id": f"prefect.flow-run.{run['id']}",
        "prefect.resource.name": "n",
        "prefect.run-count": "1",
        "prefect.state-message": "No.",
        "prefect.state-name": "Failed",
        "prefect.state-type": "FAILED",
    }
    assert failed["related"] == [
        {"prefect.resource.id": f"prefect.flow.{flow['id']}", "prefect.resource.role": "flow",
         "prefect.resource.name": flow["name"]},
        {"prefect.resource.id": "prefect.tag.a", "prefect.resource.role": "tag"},
        {"prefect.resource.id": "prefect.tag.b", "prefect.resource.role": "tag"},
    ]  # fmt: skip
    assert failed["payload"] == {
        "intended": {"from": "RUNNING", "to": "FAILED"},
        "initial_state": {"type": "RUNNING", "name": "Running"},
        "validated_state": {"type": "FAILED", "name": "Failed", "message": "No."},
    }
