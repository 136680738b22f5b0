"""A server that listens on loopback, in this process, with the protocols of the real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from prefect.connect import CLOCK
from prefect.core.times import to_datetime
from prefect.server.app import App
from prefect.server.building import build
from prefect.server.http.ending import EndingServer
from prefect.server.main import _configuration, listening
from prefect.server.world import ServerOptions
from prefect.storage.store import Store

AUTH: dict[str, Any] = {"type": "auth", "token": None}


class Listening:
    """Where a server is, and what it is."""

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.url = f"http://127.0.0.1:{port}/api"
        self.ws_url = f"ws://127.0.0.1:{port}/api"

    @asynccontextmanager
    async def socket(self, path: str, auth: dict[str, Any] | None = AUTH) -> AsyncIterator[ClientConnection]:
        """A WebSocket as Prefect's client opens it."""
        async with connect(self.ws_url + path, subprotocols=["prefect"], ping_interval=None) as socket:  # type: ignore[list-item]
            if auth is not None:
                await socket.send(json.dumps(auth))
                assert json.loads(await socket.recv()) == {"type": "auth_success"}
            yield socket


@asynccontextmanager
async def server_on(store: Store, home: Path, **options: Any) -> AsyncIterator[Listening]:
    """A listening server, started and ended with the block."""
    given = ServerOptions(home=home, port=0, services=False, **options)
    app = build(store, CLOCK, given)
    with listening("127.0.0.1", 0) as listener:
        server = EndingServer(_configuration(app, given), app.world.live.let_go)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Listening(app, listener.getsockname()[1])
        finally:
            server.should_exit = True
            await serving


def an_event(name: str = "thing.happened", resource: str = "thing.1", **changes: Any) -> dict[str, Any]:
    """An event as clients send it."""
    return {
        "id": str(uuid4()),
        "event": name,
        "occurred": to_datetime(CLOCK.now()).isoformat(),
        "resource": {"prefect.resource.id": resource},
        "related": [],
        "payload": {},
        "follows": None,
        **changes,
    }
