"""Events and log lines out: what there is, then what comes, each once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from prefect.connect import CLOCK
from prefect.core.times import SECOND, to_datetime
from prefect.server.live.taking import record_of
from prefect.storage.store import Store
from prefect.wire.events.records import Event
from prefect.wire.packing import MEDIA_TYPE, pack
from tests.server.listening import an_event, server_on


async def received(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    return [json.loads(await asyncio.wait_for(socket.recv(), 10)) for _ in range(count)]


async def test_events_of_the_past_then_those_that_come(store: Store, tmp_path: Path) -> None:
    mark = uuid4().hex
    async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
        past = [an_event(f"{mark}.{number}") for number in range(3)]
        await api.post("/events", json=past)
        async with server.socket("/events/out") as socket:
            wanted = {"event": {"prefix": [mark]}, "id": {"id": []}, "order": "DESC"}
            await socket.send(json.dumps({"type": "filter", "filter": wanted}))
            first = await received(socket, 3)
            assert [message["type"] for message in first] == ["event"] * 3
            assert [message["event"]["id"] for message in first] == [event["id"] for event in past]
            coming = [an_event(f"{mark}.new"), an_event("something.else"), an_event(f"{mark}.newer")]
            await api.post("/events", json=coming)
            then = await received(socket, 2)
            assert {message["event"]["id"] for message in then} == {coming[0]["id"], coming[2]["id"]}
            assert then[0]["event"]["received"]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.5)


async def test_events_that_others_write_are_seen(store: Store, tmp_path: Path) -> None:
    flow, run = f"flow {uuid4()}", uuid4().hex
    async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
        async with server.socket("/events/out") as socket:
            await socket.send(
                json.dumps({"type": "filter", "filter": {"related": {"labels": {"prefect.resource.name": flow}}}})
            )
            flow_id = (await api.post("/flows/", json={"name": flow})).json()["id"]
            await api.post("/flow_runs/", json={"flow_id": flow_id, "name": run})
            (message,) = await received(socket, 1)
            assert message["event"]["event"] == "prefect.flow-run.Pending"
            assert message["event"]["resource"]["prefect.resource.name"] == run


@pytest.mark.parametrize("path", ["/events/out", "/logs/out"])
async def test_a_filter_has_to_come_and_to_be_one(store: Store, tmp_path: Path, path: str) -> None:
    async with server_on(store, tmp_path) as server:
        for message, reason in (({"type": "x"}, "Expected 'filter' message"),
                                ({"type": "filter", "filter": {"id": 5}}, "Invalid filter: id"),
                                ({"type": "filter", "filter": {"flow_run_id": 5, "event": 5}}, "Invalid filter")):  # fmt: skip
            async with server.socket(path) as socket:
                await socket.send(json.dumps(message))
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
                assert socket.close_code == 1002
                assert reason in (socket.close_reason or "")


async def test_log_lines_as_they_come(store: Store, tmp_path: Path) -> None:
    run, other = str(uuid4()), str(uuid4())

    def line(flow_run: str, message: str) -> dict[str, Any]:
        moment = to_datetime(CLOCK.now()).isoformat()
        return {"name": "n", "level": 20, "message": message, "timestamp": moment, "flow_run_id": flow_run}

    async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
        await api.post("/logs/", json=[line(run, "before")])
        await asyncio.sleep(0.01)
        async with server.socket("/logs/out") as socket:
            await socket.send(json.dumps({"type": "filter", "filter": {"flow_run_id": {"any_": [run]}}}))
            await asyncio.sleep(0.2)
            await api.post("/logs/", json=[line(run, "one"), line(other, "not mine"), line(run, "two")])
            messages = await received(socket, 2)
            assert [message["type"] for message in messages] == ["log", "log"]
            assert [message["log"]["message"] for message in messages] == ["one", "two"]
            await api.post("/logs/", json=[line(run, "three")])
            assert [message["log"]["message"] for message in await received(socket, 1)] == ["three"]


async def test_events_that_an_engine_kept_while_the_server_was_away(store: Store, tmp_path: Path) -> None:
    """Their rows say when the engine recorded them, which may be long ago."""
    event = an_event(uuid4().hex)
    long_ago = CLOCK.now() - 3600 * SECOND
    row = record_of(Event.model_validate(event), long_ago).row()
    async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
        async with server.socket("/events/out") as socket:
            await socket.send(json.dumps({"type": "filter", "filter": {"event": {"name": [event["event"]]}}}))
            await asyncio.sleep(0.2)
            body = pack({"event": [row]})
            sent = await api.post("/headrace/journal", content=body, headers={"Content-Type": MEDIA_TYPE})
            assert sent.status_code == 204, sent.text
            (message,) = await received(socket, 1)
            assert message["event"]["id"] == event["id"]
