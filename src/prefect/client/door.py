"""The way to the server for the engine's backend: one connection pool, and which failures are worth another try."""

from __future__ import annotations

import os
import threading
import zlib
from typing import TYPE_CHECKING

from prefect.client.transport import TransportOptions, httpx_arguments
from prefect.exceptions import NotReachable
from prefect.wire.packing import MEDIA_TYPE

if TYPE_CHECKING:
    import httpx

HOLDER = "x-headrace-process"
"""Header that names this process, as leases know it."""

AGAIN = frozenset({408, 429, 502, 503, 504})
"""Answers of a server, or of a proxy before it, that say: later."""

COMPRESSED_FROM = 4096
"""Bytes from which a body is worth compressing, unless the server is on this machine."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ServerAway(NotReachable):
    """The server cannot be reached at the moment."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the server asked to be given."""


class Door:
    """Sends packed bodies to the server's own routes.

    Args:
        options: how the API is reached; its `api_url` is set.
        process: identity of this process.
    """

    def __init__(self, options: TransportOptions, process: str) -> None:
        assert options.api_url is not None
        self.address = options.api_url.rstrip("/")
        self._options = options
        self._process = process
        self._client: httpx.Client | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._compresses = False

    def post(self, path: str, body: bytes, timeout: float | None = None) -> httpx.Response:
        """The server's answer, whatever it says. Raises ServerAway if there is none, or if it says: later."""
        import httpx

        client = self._opened()
        headers = {"content-type": MEDIA_TYPE, HOLDER: self._process}
        if self._compresses and len(body) >= COMPRESSED_FROM:
            body = zlib.compress(body, 1)
            headers["content-encoding"] = "deflate"
        try:
            response = client.post(
                path, content=body, headers=headers, timeout=timeout or self._options.request_timeout
            )
        except httpx.TransportError as error:
            raise ServerAway(
                f"The server at {self.address} cannot be reached: {error or type(error).__name__}."
            ) from error
        if response.status_code in AGAIN:
            said = f"The server at {self.address} is not ready: it answers {response.status_code}."
            raise ServerAway(said, _seconds(response.headers.get("retry-after")))
        return response

    def _opened(self) -> httpx.Client:
        """The client of this very process: a forked child must not use its parent's connections."""
        import httpx

        with self._lock:
            if self._client is None or self._owner != os.getpid():
                self._client = httpx.Client(**httpx_arguments(self._options, self.address, None))
                self._owner = os.getpid()
                self._compresses = self._client.base_url.host not in LOOPBACK
            return self._client

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None and self._owner == os.getpid():
            client.close()


def _seconds(text: str | None) -> float:
    return float(text) if text and text.replace(".", "", 1).isdigit() else 0.0
