"""Events in, as Prefect's client sends them: what a pong or a close acknowledges is stored."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from prefect.server.sockets import events_in
from prefect.storage.store import Store
from tests.server.listening import an_event, server_on


def stored(store: Store, name: str) -> int:
    row = store.read(lambda tx: tx.one("SELECT count(*) FROM event WHERE name = ?", (name,)))
    assert row is not None
    count: int = row[0]
    return count


async def test_a_pong_says_that_everything_before_is_stored(store: Store, tmp_path: Path) -> None:
    name = uuid4().hex
    async with server_on(store, tmp_path) as server, server.socket("/events/in") as socket:
        assert socket.subprotocol == "prefect"
        for _ in range(3):
            before = stored(store, name)
            for _ in range(300):
                await socket.send(json.dumps(an_event(name)))
            await (await socket.ping())
            assert stored(store, name) == before + 300


async def test_a_pong_waits_for_the_commit(store: Store, tmp_path: Path) -> None:
    name, goes_on, waiting = uuid4().hex, threading.Event(), threading.Event()

    def hold(_tx: object) -> None:
        waiting.set()
        goes_on.wait(10)

    async with server_on(store, tmp_path) as server, server.socket("/events/in") as socket:
        for _ in range(2 if store.dialect == "postgresql" else 1):  # as many as decide at once
            store.transact_later(hold, lambda _result, _error: None)
        await asyncio.to_thread(waiting.wait, 10)
        await asyncio.sleep(0.1)
        await socket.send(json.dumps(an_event(name)))
        pong = await socket.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pong), 0.3)
        assert stored(store, name) == 0
        goes_on.set()
        await asyncio.wait_for(pong, 10)
        assert stored(store, name) == 1


async def test_a_close_is_answered_when_everything_is_stored(store: Store, tmp_path: Path) -> None:
    name = uuid4().hex
    async with server_on(store, tmp_path) as server:
        async with server.socket("/events/in") as socket:
            for _ in range(500):
                await socket.send(json.dumps(an_event(name)))
        assert socket.close_code == 1000
        assert stored(store, name) == 500


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ("{", 1007, "not JSON"),
        ("[]", 1008, "JSON object"),
        ('{"a": 1}', 1008, "id: Field required"),
        (json.dumps(an_event(resource="")), 1008, "resource"),
        ("[" * 5000 + "]" * 5000, 1008, "nested"),
        (json.dumps(an_event(payload={"x": "y" * 1_600_000})), 1009, "larger"),
        (b"binary", 1003, "texts"),
    ],
)
async def test_what_is_no_event_ends_the_connection_with_the_reason(
    store: Store, tmp_path: Path, message: Any, code: int, reason: str
) -> None:
    name = uuid4().hex
    async with server_on(store, tmp_path) as server, server.socket("/events/in") as socket:
        await socket.send(json.dumps(an_event(name)))
        await socket.send(message)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == code
        assert reason in (socket.close_reason or "")
        assert stored(store, name) == 1


async def test_a_connection_is_not_read_from_while_too_much_waits(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, goes_on = uuid4().hex, threading.Event()
    monkeypatch.setattr(events_in, "LARGEST_BATCH", 10)
    async with server_on(store, tmp_path) as server, server.socket("/events/in") as socket:
        for _ in range(2):
            store.transact_later(lambda tx: goes_on.wait(10), lambda _result, _error: None)
        await asyncio.sleep(0.1)
        for _ in range(100):
            await socket.send(json.dumps(an_event(name)))
        await asyncio.sleep(0.3)
        assert server.app.world.live.intake.events <= 10
        goes_on.set()
        await (await socket.ping())
        assert stored(store, name) == 100
