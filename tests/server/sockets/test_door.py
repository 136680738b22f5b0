"""The door of the WebSockets: a handshake in time, or the connection ends."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from prefect.server.sockets import door
from prefect.storage.store import Store
from tests.server.listening import server_on


async def test_whoever_says_something_else_first_is_sent_away(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        for path in ("/events/in", "/events/out", "/logs/out"):
            async with server.socket(path, auth=None) as socket:
                await socket.send(json.dumps({"type": "hello"}))
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
                assert (socket.close_code, socket.close_reason) == (1008, "Expected 'auth' message")


async def test_whoever_says_nothing_is_sent_away_in_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "HANDSHAKE_SECONDS", 0.2)
    async with server_on(store, tmp_path) as server:
        began = time.monotonic()
        async with server.socket("/events/in", auth=None) as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1008
        assert time.monotonic() - began < 5
    assert door.HANDSHAKE_SECONDS <= 30


async def test_idle_connections_do_not_keep_others_waiting(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server, httpx.AsyncClient() as client:
        idle = [await connect(server.ws_url + "/events/in") for _ in range(door.MOST_WAITING_OF_ONE)]
        with pytest.raises(InvalidStatus):
            await connect(server.ws_url + "/events/in")
        began = time.monotonic()
        assert (await client.get(server.url + "/health")).json() is True
        assert time.monotonic() - began < 1
        await asyncio.gather(*(socket.close() for socket in idle))
        async with server.socket("/events/in"):
            pass


async def test_there_are_no_others(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        with pytest.raises(InvalidStatus) as refused:
            await connect(server.ws_url + "/events/elsewhere")
        assert refused.value.response.status_code == 403


async def test_where_credentials_are_needed_the_first_message_carries_them(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path, auth_string="admin:secret") as server:
        for token in (None, "admin:wrong", "hdr_nothing", 5):
            async with server.socket("/events/out", auth=None) as socket:
                await socket.send(json.dumps({"type": "auth", "token": token}))
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
                assert socket.close_code == 1008
        async with server.socket("/events/out", {"type": "auth", "token": "admin:secret"}):
            pass
