"""Requests over plain sockets: as little between the clock and the server as can be, the same for every peer."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

TIMEOUT_SECONDS = 60.0


class Answered(NamedTuple):
    """An answer and the seconds until it was whole."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """What it says. Raises RuntimeError if it is no success."""
        if self.status not in (200, 201):
            raise RuntimeError(f"answered {self.status}: {self.body[:300]!r}")
        return json.loads(self.body)


def request(method: str, path: str, body: object = None) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(content)}\r\n"
    return (head + ("content-type: application/json\r\n\r\n" if content else "\r\n")).encode() + content


def ask_once(port: int, method: str, path: str, body: object = None) -> Answered:
    """One request on a connection of its own. Raises OSError."""
    with Connection(port) as connection:
        return connection.ask(request(method, path, body))


class Connection:
    """A connection on which one request follows the other."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, plain: bytes) -> Answered:
        """Send a request and wait for its answer."""
        began = time.perf_counter()
        self._socket.sendall(plain)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = _length(head)
        pieces, size = [body], len(body)
        while size < length:
            pieces.append(self._more())
            size += len(pieces[-1])
        return Answered(int(head[9:12]), b"".join(pieces), time.perf_counter() - began)

    def _more(self) -> bytes:
        piece = self._socket.recv(1 << 18)
        if not piece:
            raise ConnectionResetError("the server closed the connection")
        return piece

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@dataclass
class Flood:
    """What came of many requests over many connections."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    answers: list[bytes] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """Requests without success; a connection that was closed counts as status 0."""
        return sum(count for status, count in self.statuses.items() if status not in (200, 201, 204))


def flood(port: int, connections: int, requests: list[bytes]) -> Flood:
    """Send requests over so many connections at once, each connection one after the other."""
    result = Flood()
    asyncio.run(_flood(port, connections, requests, result))
    return result


async def _flood(port: int, connections: int, requests: list[bytes], result: Flood) -> None:
    shares = [requests[place::connections] for place in range(connections)]
    began = time.perf_counter()
    await asyncio.gather(*(_one_after_the_other(port, share, result) for share in shares))
    result.seconds = time.perf_counter() - began


async def _one_after_the_other(port: int, requests: list[bytes], result: Flood) -> None:
    connection: _Streams | None = None
    for plain in requests:
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            status, body = await asyncio.wait_for(_exchange(connection, plain), TIMEOUT_SECONDS)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            connection, status, body = None, 0, b""
        result.statuses[status] += 1
        result.answers.append(body)
    if connection is not None:
        connection[1].close()


_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _exchange(connection: _Streams, plain: bytes) -> tuple[int, bytes]:
    reader, writer = connection
    writer.write(plain)
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head[9:12]), await reader.readexactly(_length(head))
