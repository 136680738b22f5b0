"""WebSockets on which a pong says that what came before the ping is kept.

Prefect's client sends events without waiting for answers. Every so often it sends a ping, and what it sent before is
delivered, to its mind, when the pong comes; when it is done it closes, and waits for the close to be returned. A server
that answers pings by itself would acknowledge what it has only read. So the application is told of pings, and says when
it has kept everything; until then pongs, and the answer to a close, wait.

Two things beyond ASGI: `websocket.accept` may carry `keeping`, after which `receive` gives `{"type": "websocket.ping"}`
for each ping, and `{"type": "websocket.kept"}` sends what waits.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class KeepingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with acknowledgements that wait for the application."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.keeping = False
        self.owing = False
        """Whether a pong, or the answer to a close, waits."""

        self.queue: asyncio.Queue[Any]

    async def send(self, message: Any) -> None:
        """Take a message of the application."""
        if message["type"] == "websocket.kept":
            self._send_owed()
            return
        await super().send(message)
        if message["type"] == "websocket.accept" and message.get("keeping"):
            self.keeping = True

    def handle_ping(self) -> None:
        """A ping came; the connection has its pong ready."""
        if not self.keeping or self.close_sent:
            super().handle_ping()
            return
        self.owing = True
        self.queue.put_nowait({"type": "websocket.ping"})

    def handle_close(self, event: Any) -> None:
        """A close came; the connection has its answer ready."""
        received = self.conn.close_rcvd
        if not self.keeping or self.close_sent or received is None or self.transport.is_closing():
            super().handle_close(event)
            return
        self.owing = True
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": received.code, "reason": received.reason})

    def send_keepalive_ping(self) -> None:
        """Send a ping of our own, unless it would take along what waits."""
        if self.owing:
            self.schedule_ping()
        else:
            super().send_keepalive_ping()

    def shutdown(self) -> None:
        """End with the server; what was not kept is not acknowledged."""
        if self.owing:
            self.owing = False
            self.conn.data_to_send()
        super().shutdown()

    def _send_owed(self) -> None:
        if self.owing:
            self.owing = False
            if not self.transport.is_closing():
                self.transport.write(b"".join(self.conn.data_to_send()))
