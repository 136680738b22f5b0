"""Small ASGI applications that answer as told and keep what they were asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from prefect.client.transport import Receive, Scope, Send


@dataclass
class Asked:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Answer:
    status: int = 200
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class App:
    """Calls `answer` for each request, and keeps the request."""

    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    lifespan: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = scope["query_string"].decode()
        asked = Asked(scope["method"], scope["path"].removeprefix("/api"), query, headers, body)
        self.asked.append(asked)
        answer = self.answer(asked)
        content = b"" if answer.status == 204 else json.dumps(answer.value).encode()
        given = {"content-type": "application/json", "content-length": str(len(content)), **answer.headers}
        fields = [(name.encode(), value.encode()) for name, value in given.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": fields})
        await send({"type": "http.response.body", "body": content})
        return None

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            event = (await receive())["type"]
            self.lifespan.append(event)
            await send({"type": f"{event}.complete"})
            if event == "lifespan.shutdown":
                return

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]


def answering(*answers: Answer) -> App:
    """Each answer once, the last one for ever."""
    left = list(answers)
    return App(lambda asked: left.pop(0) if len(left) > 1 else left[0])


@contextmanager
def served(app: App, **config: Any) -> Iterator[str]:
    """The address of an application on a real socket, below `/api`."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", **config))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"{'https' if config.get('ssl_certfile') else 'http'}://127.0.0.1:{port}/api"
    finally:
        server.should_exit = True
        thread.join(10)
