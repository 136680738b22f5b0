"""Connections over real sockets: nobody holds one, or the server, by saying nothing or too much."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from prefect.server.http import bodies, connections
from prefect.server.http.connections import HEAD_SECONDS, LARGEST_HEAD, MOST_WAITING, PatientProtocol, allow_many
from prefect.storage.store import Store
from tests.server.listening import Listening, server_on
from tests.server.support import opened, sqlite_url

HEAD = b"POST /api/flows/filter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(sqlite_url(tmp_path))
    yield store
    store.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience that a test can see the end of."""
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.4)
    monkeypatch.setattr(bodies, "SILENT_SECONDS", 0.4)


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        try:
            await self.writer.drain()
        except ConnectionError:
            return

    async def rest(self, seconds: float = 5.0) -> bytes:
        """Everything until the server closes. Raises TimeoutError if it does not."""
        received = b""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    piece = await self.reader.read(65536)
                except ConnectionError:
                    return received
                if not piece:
                    return received
                received += piece

    async def answer(self) -> tuple[int, bytes]:
        """One answer: its status and its body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head.split()[1]), await self.reader.readexactly(length)


_wires: list[Wire] = []


@pytest.fixture(autouse=True)
async def _hang_up() -> AsyncIterator[None]:
    yield
    while _wires:
        writer = _wires.pop().writer
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def wire(server: Listening) -> Wire:
    host, _, port = server.url.removeprefix("http://").removesuffix("/api").partition(":")
    _wires.append(Wire(*await asyncio.open_connection(host, int(port))))
    return _wires[-1]


async def healthy_within(server: Listening, seconds: float) -> bool:
    began = time.monotonic()
    probe = await wire(server)
    await probe.send(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    status, body = await probe.answer()
    return (status, body) == (200, b"true") and time.monotonic() - began < seconds


@pytest.mark.usefixtures("hasty")
async def test_those_that_say_nothing_or_half_are_closed(store: Store, tmp_path: Path) -> None:
    said = [b"", b"G", b"GET /api/health HTTP/1.1\r\nHost: loc", b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n"]
    async with server_on(store, tmp_path) as server:
        for words in said:
            held = await wire(server)
            await held.send(words)
            assert await held.rest() == b""


@pytest.mark.usefixtures("hasty")
async def test_dripping_is_no_saying(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        held = await wire(server)
        began = time.monotonic()
        await held.send(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX: ")
        while not held.reader.at_eof() and time.monotonic() - began < 5:
            await held.send(b"a")
            await asyncio.sleep(0.05)
        assert time.monotonic() - began < 3


@pytest.mark.usefixtures("hasty")
async def test_half_a_body_is_answered_and_closed(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        for half in (b"", b'{"lim'):
            held = await wire(server)
            await held.send(HEAD + b"Content-Length: 100\r\n\r\n" + half)
            received = await held.rest()
            assert received.startswith(b"HTTP/1.1 408")
            assert b"did not arrive in time" in received


@pytest.mark.usefixtures("hasty")
async def test_a_body_that_nobody_wants_ends_in_time_too(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path, auth_string="a:b") as server:
        held = await wire(server)
        await held.send(HEAD + b"Content-Length: 1000000\r\n\r\n{")
        received = await held.rest()
        assert received.startswith(b"HTTP/1.1 401")


@pytest.mark.usefixtures("hasty")
async def test_a_slow_body_that_keeps_coming_is_read(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        slow = await wire(server)
        padding = b" " * 10_000
        await slow.send(HEAD + b"Content-Length: %d\r\n\r\n" % (len(padding) * 6 + 2))
        for _ in range(6):
            await slow.send(padding)
            await asyncio.sleep(0.1)
        await slow.send(b"{}")
        assert (await slow.answer())[0] == 200


@pytest.mark.usefixtures("hasty")
async def test_a_connection_is_kept_for_the_next_request(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        kept = await wire(server)
        for _ in range(6):
            await kept.send(HEAD + b"Content-Length: 2\r\n\r\n{}")
            assert await kept.answer() == (200, b"[]")
            await asyncio.sleep(0.15)


async def test_a_long_answer_is_not_cut(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.2)
    async with server_on(store, tmp_path) as server:
        waiting = asyncio.Event()

        async def late(head: object) -> None:
            await asyncio.sleep(0.8)
            waiting.set()

        server.app.guards = (*server.app.guards, late)
        asking = await wire(server)
        await asking.send(b"GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await asking.answer())[0] == 200
        assert waiting.is_set()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (LARGEST_HEAD * 8) + b"\r\n\r\n",
        b"GET /" + b"a" * (LARGEST_HEAD * 8),
        b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 300 + b"\r\n",
    ],
    ids=["a long header", "a long path", "many headers"],
)
async def test_heads_are_bounded(store: Store, tmp_path: Path, head: bytes) -> None:
    async with server_on(store, tmp_path) as server:
        large = await wire(server)
        await large.send(head)
        received = await large.rest()
        assert received == b"" or received.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
        assert await healthy_within(server, 1.0)


async def test_one_peer_cannot_have_all_that_wait(store: Store, tmp_path: Path) -> None:
    async with server_on(store, tmp_path) as server:
        held = [await wire(server) for _ in range(MOST_WAITING + 20)]
        assert await healthy_within(server, 1.0)
        assert await held[0].rest(1.0) == b""
        assert not held[-1].reader.at_eof()
        await held[-1].send(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await held[-1].answer())[0] == 200
    assert connections._waiting == {}


@pytest.mark.parametrize("announced", [True, False])
async def test_large_bodies_are_refused_before_they_have_come(store: Store, tmp_path: Path, announced: bool) -> None:
    size, piece = 50 << 20, b"x" * (1 << 20)
    length = b"Content-Length: %d\r\n" % size if announced else b"Transfer-Encoding: chunked\r\n"
    async with server_on(store, tmp_path) as server:
        large = await wire(server)
        await large.send(HEAD + length + b"\r\n")
        if not announced:
            for _ in range(8):
                await large.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        status, body = await large.answer()
        assert (status, len(body) < 200) == (413, True)
        assert await healthy_within(server, 1.0)


def test_a_server_may_have_as_many_connections_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[0]), before[1]))
        allow_many()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(before[0], 65_536)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_patience_ends_within_half_a_minute() -> None:
    assert HEAD_SECONDS * 1.5 <= 30
    assert bodies.SILENT_SECONDS <= 30
