"""Connections that cannot be held by saying nothing: whoever opens one sends a whole request head in time, or is cut off.

uvicorn closes a connection that is idle after a request. This does the same for one that never sends any, sends half a
head, or goes on sending a body after its answer; and it bounds what a head may hold and how many connections of one peer
wait at once. Bodies that are being read have their own patience (`bodies.read`).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15.0
"""Seconds within which a request head arrives, and within which what follows an answer ends."""

LARGEST_HEAD = 64 << 10
MOST_HEADERS = 200
MOST_WAITING = 256
"""Connections of one peer that have sent no whole request yet; one more, and the oldest of them is closed."""

MOST_FILES = 65_536

_REASON = b'{"detail":"The head of the request is larger than 64 KB, or has more than 200 headers."}'
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\ncontent-length: "
    + str(len(_REASON)).encode()
    + b"\r\nconnection: close\r\n\r\n"
    + _REASON
)

_waiting: dict[str, OrderedDict[PatientProtocol, None]] = {}


def allow_many() -> None:
    """Let this process have as many connections as the system lets it; often it starts with far fewer."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class PatientProtocol(HttpToolsProtocol):
    """One connection, as uvicorn drives it, with an end to its patience."""

    head_seconds = HEAD_SECONDS
    largest_head = LARGEST_HEAD
    _too_large = False
    _deadline: float | None = None
    _check: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._peer = self.client[0] if self.client else ""
        self._expect()
        self._check = self.loop.call_later(self.head_seconds / 2, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        if self._check is not None:
            self._check.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._head_bytes > self.largest_head:
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._expect()

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._too_large = True
            raise ValueError("too many headers")  # ends the parsing, so that nothing is done of the request

    def on_headers_complete(self) -> None:
        self._relax()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        cycle: Any = self.cycle
        if not self.transport.is_closing() and cycle is not None and cycle.more_body:
            self._expect()  # what is left of a body that nobody wanted

    def on_message_complete(self) -> None:
        cycle: Any = self.cycle
        if cycle is not None and cycle.response_complete:
            self._relax()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._relax()
        if self._check is not None:
            self._check.cancel()
        super().handle_websocket_upgrade()

    # --- patience

    def _expect(self) -> None:
        """From now on, something has to come."""
        self._head_bytes = 0
        self._deadline = self.loop.time() + self.head_seconds
        others = _waiting.setdefault(self._peer, OrderedDict())
        others[self] = None
        if len(others) > MOST_WAITING:
            next(iter(others))._end()

    def _relax(self) -> None:
        self._deadline = None
        others = _waiting.get(self._peer)
        if others is not None:
            others.pop(self, None)
            if not others:
                del _waiting[self._peer]

    def _look(self) -> None:
        if self._deadline is not None and self.loop.time() >= self._deadline:
            self._end()
        if not self.transport.is_closing():
            self._check = self.loop.call_later(self.head_seconds / 2, self._look)

    def send_400_response(self, msg: str) -> None:
        self._relax()
        if not self._too_large:
            super().send_400_response(msg)
        elif not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _end(self) -> None:
        self._relax()
        self.transport.close()
