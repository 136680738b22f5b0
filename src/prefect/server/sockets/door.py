"""The door of the WebSockets: which there are, who may open them, and the handshake that comes first.

A client names the subprotocol `prefect`, then says `{"type": "auth", "token": ...}` and is answered `auth_success`.
Until then it is nobody: it has a few seconds, and from one address only so many may stand there.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from prefect.exceptions import StorageError
from prefect.server.access.credentials import LONGEST, Shown
from prefect.server.access.roles import role_of_socket
from prefect.server.app import App
from prefect.server.http import answers
from prefect.server.http.calls import Head, Principal
from prefect.server.http.errors import Refusal
from prefect.server.sockets.connection import Connection, Ended, Rejected
from prefect.server.sockets.events_in import take_events
from prefect.server.sockets.events_out import send_events
from prefect.server.sockets.logs_out import send_logs
from prefect.storage.documents import Row

logger = logging.getLogger("prefect.server")

HANDSHAKE_SECONDS = 10.0
MOST_WAITING_OF_ONE, MOST_WAITING = 64, 512
"""Connections that may not have said who they are: of one address, and of all."""

Handler = Callable[[App, Connection], Awaitable[None]]
HANDLERS: Mapping[str, Handler] = {
    "/api/events/in": take_events,
    "/api/events/out": send_events,
    "/api/logs/out": send_logs,
}
KEEPING = frozenset({"/api/events/in"})
"""Those whose pongs wait until everything is stored."""

AUTHENTICATED = answers.encode({"type": "auth_success"})
GONE = "the connection has been closed meanwhile"


class Door:
    """Opens WebSockets."""

    def __init__(self) -> None:
        self._waiting: Counter[str] = Counter()

    async def __call__(self, app: App, head: Head, scope: Row, receive: Any, send: Any) -> None:
        """Answer one connection until it ends."""
        connection = Connection(scope, receive, send)
        handler = HANDLERS.get(head.path.rstrip("/"))
        address = head.address or ""
        crowded = self._waiting[address] >= MOST_WAITING_OF_ONE or self._waiting.total() >= MOST_WAITING
        try:
            if handler is None or crowded:
                await connection.refuse()
                return
            await self._enter(app, head, connection, address)
            await handler(app, connection)
        except Ended:
            logger.debug("A WebSocket of %s ended: %s.", head.path, GONE)
        except Exception as error:
            await _close(connection, error, head.path)

    async def _enter(self, app: App, head: Head, connection: Connection, address: str) -> None:
        self._waiting[address] += 1
        try:
            await connection.accept(keeping=head.path.rstrip("/") in KEEPING)
            message = await connection.next_object(HANDSHAKE_SECONDS)
            if message.get("type") != "auth":
                raise Rejected(1008, "Expected 'auth' message")
            principal = await _principal(app, head, message.get("token"))
            if principal is None or principal.role < role_of_socket(head.path.rstrip("/")):
                raise Rejected(1008, "Unauthorized" if principal is None else "Your role does not allow this.")
            if "flow_run" in principal.scopes and head.path.rstrip("/") in KEEPING:
                raise Rejected(1008, "This key is confined to one flow run.")
            head.principal = principal
            await connection.send(AUTHENTICATED)
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]


async def _principal(app: App, head: Head, token: object) -> Principal | None:
    """Who has opened the connection: whom the guards found, or whose token it is."""
    if head.principal is not None:
        return head.principal
    if not isinstance(token, str) or not token or len(token) > LONGEST or "\0" in token:
        return None
    shown = Shown("basic" if ":" in token else "bearer", token)
    found = await app.world.access.gate.identify(head, shown)
    return found if isinstance(found, Principal) else None


async def _close(connection: Connection, error: Exception, path: str) -> None:
    """Say why, as far as that concerns the other side."""
    code, reason = 1011, "The server failed; connect again."
    if isinstance(error, Rejected):
        code, reason = error.code, error.reason
    elif isinstance(error, (StorageError, Refusal)):
        code, reason = 1013, "The server cannot store anything for now; connect again in a moment."
        logger.warning("A WebSocket of %s was closed: %s", path, error)
    else:
        logger.error("A WebSocket of %s failed for a reason of our own: %r", path, error, exc_info=error)
    try:
        await connection.close(code, reason[:120])
    except Ended:
        logger.debug("A WebSocket of %s could not be told why it ends: %s.", path, GONE)
