"""One WebSocket as its handler sees it: texts in, texts out, and an end."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Any

import orjson

from prefect.server.http.answers import Json
from prefect.server.http.bodies import check_nesting
from prefect.server.http.errors import InvalidRequest
from prefect.storage.documents import Row

SUBPROTOCOL = "prefect"


class Ended(Exception):
    """The other side has gone."""


class Rejected(Exception):
    """What the other side said cannot be accepted: the connection is closed with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Mark(Enum):
    """What comes between messages."""

    PING = "ping"


class Connection:
    """A WebSocket that has been asked for."""

    def __init__(self, scope: Row, receive: Any, send: Any) -> None:
        self._receive, self._send = receive, send
        self.offered: tuple[str, ...] = tuple(scope.get("subprotocols") or ())

    async def accept(self, keeping: bool) -> None:
        """Open it; `keeping` if pongs are to wait until `kept`. Raises Ended."""
        await self._receive()
        subprotocol = SUBPROTOCOL if SUBPROTOCOL in self.offered else None
        await self._tell({"type": "websocket.accept", "subprotocol": subprotocol, "headers": [], "keeping": keeping})

    async def refuse(self) -> None:
        """Do not open it."""
        await self._receive()
        await self._tell({"type": "websocket.close", "code": 1013})

    async def next(self) -> str | Mark:
        """The next text, or a ping. Raises Ended, or Rejected for what is no text."""
        message = await self._receive()
        if message["type"] == "websocket.ping":
            return Mark.PING
        if message["type"] != "websocket.receive":
            raise Ended
        text = message.get("text")
        if text is None:
            raise Rejected(1003, "Messages have to be texts.")
        return str(text)

    async def next_object(self, seconds: float) -> Json:
        """The next message as a JSON object. Raises Ended, or Rejected if there is none in time."""
        try:
            async with asyncio.timeout(seconds):
                text = await self.next()
                while isinstance(text, Mark):
                    await self.kept()
                    text = await self.next()
        except TimeoutError:
            raise Rejected(1008, f"Nothing was said for {seconds:g} seconds.") from None
        return parsed(text)

    async def send(self, message: bytes) -> None:
        """Send a JSON text. Raises Ended."""
        await self._tell({"type": "websocket.send", "text": message.decode()})

    async def kept(self) -> None:
        """Acknowledge everything received so far. Raises Ended."""
        await self._tell({"type": "websocket.kept"})

    async def close(self, code: int, reason: str = "") -> None:
        """Close it. Raises Ended."""
        await self._tell({"type": "websocket.close", "code": code, "reason": reason})

    async def _tell(self, message: Json) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:  # uvicorn's ClientDisconnected is an OSError
            raise Ended from error


def parsed(text: str) -> Json:
    """A JSON object. Raises Rejected."""
    raw = text.encode("utf-8", "surrogatepass")
    try:
        check_nesting(raw)
        value = orjson.loads(raw)
    except InvalidRequest as error:
        raise Rejected(1008, str(error)) from None
    except orjson.JSONDecodeError:
        raise Rejected(1007, "A message was not JSON.") from None
    if not isinstance(value, dict):
        raise Rejected(1008, "A message has to be a JSON object.")
    return value
