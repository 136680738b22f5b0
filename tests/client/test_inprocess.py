"""An application in this process: one loop for clients of both colours, started once, ended with the last."""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from prefect.client import aio, inprocess, sync
from prefect.client.transport import IN_PROCESS_URL, Receive, Scope, Send, TransportOptions
from prefect.exceptions import PrefectHTTPStatusError
from tests.client.apps import Answer, App, answering

OK = Answer(value={"ok": True})


def blocking(app: Any) -> httpx.Client:
    return sync.http_client(app, TransportOptions(), {})


def asynchronous(app: Any) -> httpx.AsyncClient:
    return aio.http_client(app, TransportOptions(), {})


def test_blocking_code_is_answered() -> None:
    app = answering(OK)
    with blocking(app) as client:
        assert client.post("/flows/filter", json={"limit": 1}).json() == {"ok": True}
    assert app.paths() == ["POST /flows/filter"]
    assert app.asked[0].json == {"limit": 1}
    assert f"http://{app.asked[0].headers['host']}/api" == IN_PROCESS_URL


async def test_async_code_is_answered() -> None:
    app = answering(OK)
    async with asynchronous(app) as client:
        assert (await client.get("/hello")).json() == {"ok": True}


async def test_blocking_code_may_wait_inside_async_code() -> None:
    with blocking(answering(OK)) as client:
        assert client.get("/hello").json() == {"ok": True}


def test_no_token_is_fetched() -> None:
    app = answering(OK)
    with blocking(app) as client:
        client.post("/x", json={})
    assert app.paths() == ["POST /x"]


def test_errors_are_errors() -> None:
    with blocking(answering(Answer(409, {"detail": "taken"}))) as client:
        with pytest.raises(PrefectHTTPStatusError, match="taken"):
            client.post("/x", json={})


def test_the_application_starts_once_and_ends_with_its_last_client() -> None:
    app = answering(OK)
    with blocking(app) as first:
        first.get("/x")
        with blocking(app) as second:
            second.get("/x")
        assert app.lifespan == ["lifespan.startup"]
        first.get("/x")
    assert app.lifespan == ["lifespan.startup", "lifespan.shutdown"]


async def test_a_kept_application_goes_on() -> None:
    app = answering(OK)
    inprocess.keep(app)
    for _ in range(2):
        async with asynchronous(app) as client:
            await client.get("/x")
    assert app.lifespan == ["lifespan.startup"]
    await asyncio.to_thread(inprocess.evict, app)
    assert app.lifespan == ["lifespan.startup", "lifespan.shutdown"]


def test_all_loops_and_threads_share_one_loop() -> None:
    loops: set[int] = set()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        loops.add(id(asyncio.get_running_loop()))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def once() -> None:
        async with asynchronous(app) as client:
            await client.get("/x")

    with blocking(app) as client:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: client.get("/x"), range(8)))
        asyncio.run(once())
        asyncio.run(once())
    assert len(loops) == 1


def test_a_start_that_fails_is_told() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "the database is damaged"})

    with blocking(app) as client, pytest.raises(RuntimeError, match="the database is damaged"):
        client.get("/x")


def test_what_the_application_raises_is_an_answer() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with blocking(app) as client, pytest.raises(PrefectHTTPStatusError) as caught:
        client.get("/x")
    assert caught.value.response.status_code == 500


def test_packed_answers_are_unpacked_once() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-encoding", b"gzip"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": gzip.compress(b'{"a": 1}')})

    with blocking(app) as client:
        assert client.get("/x").json() == {"a": 1}


async def test_giving_up_ends_the_request() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        begun.set()
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    async with asynchronous(app) as client:
        request = asyncio.create_task(client.get("/x"))
        await asyncio.to_thread(begun.wait, 5)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert await asyncio.to_thread(ended.wait, 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_starts_its_own() -> None:
    app = answering(OK)
    with blocking(app) as client:
        client.get("/x")
        child = os.fork()
        if child == 0:
            try:
                with blocking(app) as anew:
                    os._exit(0 if anew.get("/x").json() == {"ok": True} else 1)
            except BaseException:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_same_application_may_start_again() -> None:
    app: App = answering(OK)
    for _ in range(2):
        with blocking(app) as client:
            client.get("/x")
    assert app.lifespan == ["lifespan.startup", "lifespan.shutdown"] * 2
