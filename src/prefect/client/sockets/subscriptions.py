"""Watching the API over a WebSocket: a handshake, a filter, then messages, with a new connection when one is lost."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, WebSocketException
from websockets.typing import Subprotocol

from prefect.client.transport import current_options
from prefect.exceptions import NotReachable

SUBPROTOCOL = Subprotocol("prefect")
SEEN = 500
"""Messages by whose ids a repeated one is known."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LOST = (OSError, TimeoutError, WebSocketException)


def socket_url(path: str, api_url: str | None = None) -> str:
    """The address of a WebSocket of the API. Raises NotReachable if there is no API."""
    url = api_url or current_options().api_url
    if not url:
        raise NotReachable("There is no server to watch: set PREFECT_API_URL to the address of one.")
    scheme, _, rest = url.rstrip("/").partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}"


async def open_socket(url: str) -> ClientConnection:
    """A connection that has said who it is. Raises OSError, TimeoutError or WebSocketException."""
    options = current_options()
    socket = await connect(url, subprotocols=[SUBPROTOCOL], open_timeout=options.request_timeout)
    try:
        await socket.send(json.dumps({"type": "auth", "token": options.auth_string or options.api_key}))
        if json.loads(await socket.recv()).get("type") != "auth_success":
            raise NotReachable(f"The server at {url!r} did not accept the credentials; see PREFECT_API_AUTH_STRING.")
    except ConnectionClosed as error:
        reason = error.rcvd.reason if error.rcvd else "no reason given"
        if error.rcvd is not None and error.rcvd.code == 1008:
            raise NotReachable(f"The server at {url!r} closed the connection: {reason}") from error
        raise
    except BaseException:
        await socket.close()
        raise
    return socket


class Subscription:
    """Messages of one kind that match a filter; used as an async context manager, then iterated.

    Args:
        path: of the WebSocket, such as `/events/out`.
        kind: of the messages, under which their content is.
        wanted: the filter, as JSON.
        attempts: how often a lost connection is replaced before that is an error.
        again: whether a connection that the server closed in good order is replaced too.
    """

    def __init__(
        self,
        path: str,
        kind: str,
        wanted: dict[str, Any],
        attempts: int = 10,
        again: bool = False,
        url: str | None = None,
    ) -> None:
        self._url = socket_url(path, url)
        self._kind, self._wanted, self._attempts, self._again = kind, wanted, attempts, again
        self._socket: ClientConnection | None = None
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """The content of each message, once. Raises NotReachable when the server stays away."""
        while True:
            if self._socket is None:
                await self._connect()
            assert self._socket is not None
            try:
                message = json.loads(await self._socket.recv())
            except ConnectionClosedOK:
                if not self._again:
                    return
                self._socket = None
                continue
            except ConnectionClosed:
                self._socket = None
                continue
            content = message.get(self._kind)
            if isinstance(content, dict) and self._is_new(str(content.get("id"))):
                yield content

    def _is_new(self, identity: str) -> bool:
        if identity in self._seen:
            return False
        self._seen[identity] = None
        if len(self._seen) > SEEN:
            self._seen.popitem(last=False)
        return True

    async def _connect(self) -> None:
        pause = FIRST_PAUSE
        for left in reversed(range(self._attempts + 1)):
            try:
                self._socket = await open_socket(self._url)
                await self._socket.send(json.dumps({"type": "filter", "filter": self._wanted}))
                return
            except LOST as error:
                if not left:
                    raise NotReachable(f"The server at {self._url!r} cannot be reached: {error!r}.") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
