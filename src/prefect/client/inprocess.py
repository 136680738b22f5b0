"""The API without a server: an application that lives in one background event loop, and transports of both colours to it.

The application's loop outlives the caller's, so that clients in several threads and in one `asyncio.run` after another
share it with all it keeps (connections, tasks, locks). It starts with the first request and is shut down at exit. No
port is opened.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Self, TypeVar

from prefect.client.transport import ASGIApp, Message

if TYPE_CHECKING:
    from concurrent.futures import Future

    import httpx

T = TypeVar("T")
SHUTDOWN_SECONDS = 10.0

logger = logging.getLogger("prefect.client")


class Resident:
    """An application in its own event loop. It is started when first asked, and once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="prefect-api", daemon=True)
        self._thread.start()
        self._lifespan = Lifespan(app)
        self.submit(self._lifespan.start()).result()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine in the application's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def answer(self, request: httpx.Request) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Status, headers and body of the application's answer."""
        import httpx

        # What the application raises has been answered with 500 and is in its log; a client sees the answer.
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        response = await transport.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return response.status_code, response.headers.raw, b"".join([part async for part in response.stream])

    def stop(self) -> None:
        """Shut the application and its loop down."""
        try:
            self.submit(self._lifespan.stop()).result(SHUTDOWN_SECONDS)
        except (TimeoutError, RuntimeError) as error:
            logger.debug("The API did not shut down in %.0f s: %r", SHUTDOWN_SECONDS, error)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SHUTDOWN_SECONDS)
        self._loop.close()


class Lifespan:
    """The application's start and end, by the lifespan part of ASGI. Applications without it just run."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Wait until the application has started. Raises RuntimeError with its message if it failed."""
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.create_task(self._live())
        await self._say("lifespan.startup")

    async def stop(self) -> None:
        """Wait until the application has ended."""
        if self._task is not None and not self._task.done():
            await self._say("lifespan.shutdown")
            await self._task

    async def _say(self, event: str) -> None:
        await self._to_app.put({"type": event})
        answer = await self._from_app.get()
        if answer["type"] == f"{event}.failed":
            raise RuntimeError(f"The API failed at {event}: {answer.get('message') or 'it gave no reason'}")

    async def _live(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        except Exception as error:  # by the protocol: the application knows no lifespan
            logger.debug("The API has no lifespan: %r", error)
        await self._from_app.put({"type": "lifespan.ended"})


_residents: dict[int, Resident] = {}
_holders: Counter[int] = Counter()
_kept: set[int] = set()
_lock = threading.Lock()


def resident(app: ASGIApp) -> Resident:
    """The application's place in this process, started if it is not yet."""
    with _lock:
        found = _residents.get(id(app))
        if found is None:
            found = _residents[id(app)] = Resident(app)
    return found


def keep(app: ASGIApp) -> ASGIApp:
    """Let an application go on until the process ends, or until it is evicted."""
    _kept.add(id(app))
    return app


def evict(app: ASGIApp) -> None:
    """Shut an application down; nothing happens if it is not running."""
    with _lock:
        found = _residents.pop(id(app), None)
        _kept.discard(id(app))
    if found is not None:
        found.stop()


def evict_all() -> None:
    """Shut every application down."""
    for found in list(_residents.values()):
        evict(found.app)


def _forget_after_fork() -> None:
    """A forked child has none of its parent's threads, so an application starts anew in it."""
    global _lock
    _lock = threading.Lock()
    _residents.clear()


class AppTransport:
    """Sends the requests of one client to an application in this process.

    The application ends with its last client, unless it is kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        _holders[id(app)] += 1

    def _let_go(self) -> None:
        _holders[id(self._app)] -= 1
        if id(self._app) not in _kept and _holders[id(self._app)] <= 0:
            del _holders[id(self._app)]
            evict(self._app)


class SyncAppTransport(AppTransport):
    """For blocking code."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer."""
        place = resident(self._app)
        return _response(*place.submit(place.answer(request)).result())

    def close(self) -> None:
        """Let go of the application."""
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncAppTransport(AppTransport):
    """For async code."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer."""
        place = _residents.get(id(self._app))
        if place is None:  # starting takes a while, which the caller's loop has better uses for
            place = await asyncio.to_thread(resident, self._app)
        return _response(*await asyncio.wrap_future(place.submit(place.answer(request))))

    async def aclose(self) -> None:
        """Let go of the application."""
        await asyncio.to_thread(self._let_go)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _response(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> httpx.Response:
    import httpx

    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


atexit.register(evict_all)
os.register_at_fork(after_in_child=_forget_after_fork)
