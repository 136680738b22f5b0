"""The live feed: changes as they happen, for whoever wants them, and again for whoever comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from prefect.connect import CLOCK
from prefect.server.live import feed
from prefect.server.live.bus import Change
from prefect.storage.store import Store
from tests.server.listening import Listening, an_event, server_on
from tests.server.support import opened


class Page:
    """A page that is open."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last: str | None = None

    async def next(self, seconds: float = 10) -> dict[str, Any]:
        """The next event: its name under `event`, and its data."""
        name = ""
        async with asyncio.timeout(seconds):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "id":
                    self.last = value
                elif field == "event":
                    name = value
                elif field == "data":
                    return {"event": name, **json.loads(value)}
        raise AssertionError("the feed has ended")


@asynccontextmanager
async def page_of(server: Listening, last: str | None = None, **query: str) -> AsyncIterator[Page]:
    """A page that watches."""
    headers = {} if last is None else {"Last-Event-ID": last}
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=30) as client,
        client.stream("GET", "/headrace/live", params=query, headers=headers) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        yield Page(lines)


async def test_a_run_that_changes_is_told_with_its_state(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
        flow = (await api.post("/flows/", json={"name": f"flow {uuid4()}"})).json()["id"]
        other = (await api.post("/flow_runs/", json={"flow_id": flow})).json()
        await asyncio.sleep(0.3)
        async with page_of(server, topics="flow_run", flow_id=flow) as page:
            run = (await api.post("/flow_runs/", json={"flow_id": flow, "name": "mine"})).json()
            told = await page.next()
            while told["key"] == other["id"]:
                told = await page.next()
            assert (told["event"], told["topic"], told["key"]) == ("change", "flow_run", run["id"])
            assert (told["name"], told["state_type"], told["flow_id"]) == ("mine", "PENDING", flow)
            await api.post(f"/flow_runs/{run['id']}/set_state", json={"state": {"type": "RUNNING"}})
            told = await page.next()
            while told["state_type"] == "PENDING":
                told = await page.next()
            assert told["state_type"] == "RUNNING"


async def test_pages_are_told_what_they_asked_for(store: Store, tmp_path: Path) -> None:
    run, other = uuid4(), uuid4()
    async with server_on(store, tmp_path) as server:
        bus = server.app.world.bus
        async with page_of(server, topics="log,event", flow_run_id=f"{run}, {uuid4()}") as page:
            bus.tell([Change("log", other.hex), Change("task_run", run.hex), Change("log", run.hex)])
            bus.tell([Change("event", f"prefect.flow-run.{run}"), Change("event", "other.thing")])
            told = [await page.next(), await page.next()]
            assert [(one["topic"], one["key"]) for one in told] == [
                ("log", str(run)),
                ("event", f"prefect.flow-run.{run}"),
            ]
            with pytest.raises(TimeoutError):
                await page.next(0.4)


async def test_whoever_comes_back_is_told_what_was_missed(store: Store, tmp_path: Path) -> None:
    keys = [uuid4().hex for _ in range(3)]
    async with server_on(store, tmp_path) as server:
        bus = server.app.world.bus
        async with page_of(server, topics="artifact") as page:
            bus.tell([Change("artifact", keys[0])])
            await page.next()
            last = page.last
        bus.tell([Change("artifact", keys[1])])
        await asyncio.sleep(0.3)
        async with page_of(server, last, topics="artifact") as page:
            bus.tell([Change("artifact", keys[2])])
            told = [await page.next() for _ in range(3)]  # the first once more: replicas' clocks differ a little
            assert [one["key"].replace("-", "") for one in told] == keys


async def test_whoever_was_away_too_long_is_told_to_look(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server_on(store, tmp_path) as server:
        long_ago = str(CLOCK.now() - 3600_000_000)
        async with page_of(server, long_ago) as page:
            assert (await page.next())["event"] == "reset"


async def test_a_page_that_has_gone_is_forgotten(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        pages = server.app.world.live.feed._pages
        async with page_of(server), page_of(server):
            assert len(pages) == 2
        async with asyncio.timeout(5):
            while pages:
                await asyncio.sleep(0.01)


async def test_hundreds_of_pages_cost_one_reader(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        live = server.app.world.live.feed
        wanted = feed.Wanted(frozenset({"log"}), frozenset())
        pages = [live.page(wanted, None) for _ in range(300)]
        for page in pages:
            assert await anext(page) == feed.HELLO
        assert sum(not watcher.relays for watcher in server.app.world.bus._watchers) == 1
        server.app.world.bus.tell([Change("log", uuid4().hex)])
        texts = await asyncio.gather(*(anext(page) for page in pages))
        assert all(b'"topic":"log"' in text for text in texts)
        for page in pages:
            await page.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "status"),
    [("topics=nothing", 422), ("flow_run_id=x", 422), ("last_event_id=-1", 422), ("last_event_id=9" + "9" * 30, 422)],
)
async def test_what_does_not_fit_is_refused(api: httpx.AsyncClient, query: str, status: int) -> None:
    response = await api.get(f"/headrace/live?{query}")
    assert response.status_code == status


async def test_what_an_embedded_process_writes_is_noticed(database: str, store: Store, tmp_path: Path) -> None:
    """Another process on the same record, that says nothing to the server."""
    writer = opened(database)
    try:
        async with server_on(store, tmp_path) as server, httpx.AsyncClient(base_url=server.url) as api:
            flow = (await api.post("/flows/", json={"name": f"flow {uuid4()}"})).json()["id"]
            run = (await api.post("/flow_runs/", json={"flow_id": flow})).json()["id"]
            await asyncio.sleep(0.5)
            async with page_of(server, topics="flow_run", flow_run_id=run) as page:
                await asyncio.sleep(1.5)
                change = "UPDATE flow_run SET name = 'renamed', updated = ? WHERE name <> 'renamed'"
                await asyncio.to_thread(writer.transact, lambda tx: tx.execute(change, (CLOCK.now(),)))
                told = await page.next()
                while told["name"] != "renamed":
                    told = await page.next()
                assert told["key"] == run
    finally:
        writer.close()


@pytest.mark.postgres
async def test_replicas_tell_each_other(postgres_url: str, database: str, store: Store, tmp_path: Path) -> None:
    if store.dialect != "postgresql":
        pytest.skip("a file has one server")
    second = opened(database)
    try:
        async with server_on(store, tmp_path) as here, server_on(second, tmp_path) as there:
            await asyncio.sleep(0.5)
            async with page_of(there, topics="log") as page:
                key = uuid4()
                here.app.world.bus.tell([Change("log", key.hex)])
                assert (await page.next())["key"] == str(key)
            async with there.socket("/events/out") as socket, httpx.AsyncClient(base_url=here.url) as api:
                event = an_event(uuid4().hex)
                await socket.send(json.dumps({"type": "filter", "filter": {"event": {"name": [event["event"]]}}}))
                await asyncio.sleep(0.2)
                await api.post("/events", json=[event])
                assert json.loads(await asyncio.wait_for(socket.recv(), 5))["event"]["id"] == event["id"]
    finally:
        second.close()


async def test_an_open_page_does_not_keep_the_server_from_ending(store: Store, tmp_path: Path) -> None:
    async with asyncio.timeout(5):
        async with server_on(store, tmp_path) as server:
            client = httpx.AsyncClient(base_url=server.url, timeout=30)
            request = client.build_request("GET", "/headrace/live")
            response = await client.send(request, stream=True)
            lines = response.aiter_lines()
            assert await anext(lines) == "retry: 2000"
        assert [line async for line in lines][-1] == ""
        await client.aclose()
