"""Sending events to a server and watching its events and log lines, with connections that are lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from prefect.events import Event, FlowRunSubscriber, get_events_subscriber
from prefect.events.clients import PrefectEventsClient
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.exceptions import NotReachable
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.storage.store import Store
from prefect.wire.logs import Log
from tests.server.listening import Listening, server_on
from tests.server.support import opened, sqlite_url


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(sqlite_url(tmp_path))
    yield store
    store.close()


@pytest.fixture
async def server(store: Store, tmp_path: Path) -> AsyncIterator[Listening]:
    async with server_on(store, tmp_path) as server:
        with temporary_settings({PREFECT_API_URL: server.url}):
            yield server


def made(**given: Any) -> Event:
    """An event, of plain values."""
    return Event(**given)


def stored(store: Store, name: str) -> int:
    row = store.read(lambda tx: tx.one("SELECT count(*) FROM event WHERE name = ?", (name,)))
    assert row is not None
    count: int = row[0]
    return count


async def test_what_was_emitted_is_stored_when_the_client_is_left(server: Listening, store: Store) -> None:
    name = uuid4().hex
    async with PrefectEventsClient(checkpoint_every=10) as client:
        for number in range(25):
            await client.emit(made(event=name, resource={"prefect.resource.id": str(number)}))
        assert stored(store, name) >= 20
    assert stored(store, name) == 25


async def test_what_a_lost_connection_took_along_is_sent_again(server: Listening, store: Store) -> None:
    name = uuid4().hex
    async with PrefectEventsClient() as client:
        for number in range(30):
            if number % 10 == 9:
                assert client._socket is not None
                client._socket.transport.abort()
            await client.emit(made(event=name, resource={"prefect.resource.id": str(number)}))
    assert stored(store, name) == 30


async def test_a_subscriber_is_given_what_matches(server: Listening) -> None:
    name = uuid4().hex
    async with get_events_subscriber(EventFilter(event=EventNameFilter(prefix=[name]))) as subscriber:
        async with PrefectEventsClient() as client:
            for suffix in ("a", "b"):
                await client.emit(made(event=f"{name}.{suffix}", resource={"prefect.resource.id": "x"}))
            await client.emit(made(event="other", resource={"prefect.resource.id": "x"}))
        found = [(await asyncio.wait_for(anext(subscriber), 10)).event for _ in range(2)]
        assert sorted(found) == [f"{name}.a", f"{name}.b"]
        subscriber._subscription._socket.transport.abort()  # type: ignore[union-attr]
        async with PrefectEventsClient() as client:
            await client.emit(made(event=f"{name}.c", resource={"prefect.resource.id": "x"}))
        assert (await asyncio.wait_for(anext(subscriber), 10)).event == f"{name}.c"


async def test_a_run_is_watched_until_it_has_ended(server: Listening) -> None:
    async with httpx.AsyncClient(base_url=server.url) as api:
        flow = (await api.post("/flows/", json={"name": "f"})).json()["id"]
        run = (await api.post("/flow_runs/", json={"flow_id": flow})).json()["id"]
        line = {"name": "n", "level": 20, "message": "hello", "timestamp": "2026-01-01T00:00:00Z", "flow_run_id": run}
        seen: list[str] = []
        async with FlowRunSubscriber(run, straggler_timeout=1) as subscriber:
            await api.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING"}})
            await asyncio.sleep(0.2)
            await api.post("/logs/", json=[line])
            await api.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "COMPLETED"}})
            async for found in subscriber:
                seen.append(found.message if isinstance(found, Log) else found.event)
        assert sorted(seen) == sorted(
            [*(f"prefect.flow-run.{name}" for name in ("Pending", "Running", "Completed")), "hello"]
        )


async def test_without_a_server_there_is_nothing_to_watch() -> None:
    with pytest.raises(NotReachable, match="PREFECT_API_URL"):
        get_events_subscriber()
