"""The ASGI application: from a request to its route, its handler and its answer.

    path ─▶ guards ─▶ route ─▶ role ─▶ body ─▶ checks ─▶ handler ─▶ answer
                                                            │
                                                            └─ a decision: committed first, then answered

Handlers are plain functions. Those that read run in a bounded pool of threads; those that only make a decision run right
here, and the decision is awaited without a thread. `/health` needs neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from prefect.server.http import answers, bodies, streaming
from prefect.server.http.answers import Answer, Deciding, Json, Reply, Streamed
from prefect.server.http.bodies import Disconnected, Message, Receive
from prefect.server.http.calls import AnyCall, Call, Head
from prefect.server.http.errors import RETRY_AFTER, Refusal, answer_to
from prefect.server.http.headers import headers_of
from prefect.server.http.routing import Match, Role, Route, Router
from prefect.server.world import World
from prefect.storage.requests import Decision

Send = Callable[[Message], Any]
Guard = Callable[[Head], Answer | Awaitable[Answer | None] | None]
"""Looks at a request before its body is read; an answer ends it there."""

Check = Callable[[AnyCall], Awaitable[None] | None]
"""Looks at a request with its body, before its handler. Raises Refusal."""

Witness = Callable[[AnyCall, Decision], Decision]
"""Has something of its own done in the transaction of a decision."""

Finisher = Callable[[Head, Route | None, Answer | Streamed], None]
"""Is told of every answered request: metrics and the audit log."""

NOT_FOUND = answers.json({"detail": "Not Found"}, 404)
BUSY = answers.json({"detail": "The server is busy; try again in a moment."}, 429, RETRY_AFTER)
UNAUTHORIZED = answers.json({"exception_message": "Unauthorized"}, 401)
FORBIDDEN = answers.json({"detail": "Your role does not allow this."}, 403)
HEALTHY = answers.json(True)

OUTSIDE = ("/docs", "/metrics", "/openapi.json")
"""Operations of the API that are found without `/api` in front of them as well."""


class App:
    """Answers HTTP requests and WebSockets below `/api`; everything else goes to `pages`.

    Args:
        world: what handlers work with.
        routes: the operations of the API.
        guards: asked in order, before a route is looked for.
        finishers: told of every answer.
        checks: asked in order, before a handler is called.
        witness: has its part done in the transaction of each decision.
        sockets: answers WebSockets, given the path below the API.
        pages: answers what is not below `/api`.
    """

    def __init__(
        self,
        world: World,
        routes: Sequence[Route],
        guards: Sequence[Guard] = (),
        finishers: Sequence[Finisher] = (),
        sockets: Callable[..., Any] | None = None,
        pages: Callable[[Head], Answer] | None = None,
        checks: Sequence[Check] = (),
        witness: Witness | None = None,
    ) -> None:
        self.world = world
        self.router = Router(routes)
        self.guards = tuple(guards)
        self.finishers = tuple(finishers)
        self.checks = tuple(checks)
        self.witness = witness
        self.sockets = sockets
        self.pages = pages
        self.on_start: list[Callable[[], Any]] = []
        self.on_stop: list[Callable[[], Any]] = []
        self._pool = ThreadPoolExecutor(world.options.threads, thread_name_prefix="prefect-request")
        self._waiting = 0

    async def __call__(self, scope: Json, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)

    # --- requests

    async def _http(self, scope: Json, receive: Receive, send: Send) -> None:
        head = self.head(scope)
        route: Route | None = None
        try:
            match = await self._admitted(head)
            if isinstance(match, Match):
                route = match.route
                reply: Answer | Streamed = await self._answer(head, match, receive)
            else:
                reply = match
        except Disconnected:
            return
        except Exception as error:
            reply = answer_to(error)
        for finish in self.finishers:
            finish(head, route, reply)
        await _send(send, reply, scope["method"] == "HEAD", head.answer_headers, receive)

    def head(self, scope: Json) -> Head:
        """The request's head, with its path below the API."""
        root: str = scope.get("root_path", "") or ""
        path: str = scope["path"]
        for prefix in (root, self.world.options.base_path):
            if prefix and path.startswith(prefix.rstrip("/") + "/"):
                path = path[len(prefix.rstrip("/")) :]
        if path in OUTSIDE or path.startswith("/docs/"):
            path = f"/api{path}"
        return Head(scope, path, root or self.world.options.base_path)

    async def _admitted(self, head: Head) -> Match | Answer:
        """The route of a request that may have it, or why not."""
        refusal = await self._refused(head)
        if refusal is not None:
            return refusal
        if head.path != "/api" and not head.path.startswith("/api/"):
            return NOT_FOUND if self.pages is None else self.pages(head)
        if "\0" in head.path:
            return NOT_FOUND  # nothing has such a name, and no database takes one
        found = self.router.find(head.method, head.path[4:])
        if not isinstance(found, Match):
            return _nowhere(found)
        role = found.route.role
        if head.principal is None and role > Role.PUBLIC:
            return UNAUTHORIZED
        if head.principal is not None and head.principal.role < role:
            return FORBIDDEN
        return found

    async def _refused(self, head: Head) -> Answer | None:
        """The answer of the first guard that does not let a request through."""
        for guard in self.guards:
            refusal = guard(head)
            if refusal is not None and not isinstance(refusal, Answer):
                refusal = await refusal
            if refusal is not None:
                return refusal
        return None

    async def _answer(self, head: Head, match: Match, receive: Receive) -> Answer | Streamed:
        route = match.route
        body: Any = None
        if route.body is not None:
            limit = route.largest_body or self.world.options.largest_body
            raw = await bodies.read(receive, limit, head.header("content-length"))
            plain = bodies.decompressed(raw, head.header("content-encoding"), limit)
            body = bodies.parsed(route, plain)
        call = Call(self.world, head, route, match.parameters, body)
        if route.check is not None:
            await route.check(call)
        for check in self.checks:
            pending = check(call)
            if pending is not None:
                await pending
        if route.inline:
            return await self._settled(call, route.handler(call))
        return await self._settled(call, await self.in_pool(partial(route.handler, call)))

    async def in_pool(self, work: Callable[[], Reply]) -> Reply:
        """Do blocking work in a thread. Raises Refusal (429) if too much waits already."""
        if self._waiting >= self.world.options.waiting:
            raise Refusal(429, "The server is busy; try again in a moment.", RETRY_AFTER)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    async def _settled(self, call: AnyCall, reply: Reply) -> Answer | Streamed:
        if not isinstance(reply, Deciding):
            return reply
        decision = reply.decision if self.witness is None else self.witness(call, reply.decision)
        return reply.answer(await self.decided(decision))

    async def decided(self, decision: Callable[[Any], Any]) -> Any:
        """The result of a decision, once it is committed."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.world.store.transact_later(decision, partial(_resolve, future))
        return await future

    # --- WebSockets and the server's own life

    async def _websocket(self, scope: Json, receive: Receive, send: Send) -> None:
        head = self.head(scope)
        refused = await self._refused(head)
        if refused is not None or self.sockets is None or not head.path.startswith("/api/"):
            await receive()
            await send({"type": "websocket.close", "code": 1008 if refused is not None else 1000})
            return
        await self.sockets(self, head, scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def start(self) -> None:
        """Before the first request."""
        for step in self.on_start:
            await _awaited(step())

    async def stop(self) -> None:
        """After the last request: everything recorded is written."""
        for step in reversed(self.on_stop):
            await _awaited(step())
        self._pool.shutdown(wait=True, cancel_futures=True)
        await asyncio.to_thread(self.world.store.flush)


async def _awaited(value: Any) -> None:
    if hasattr(value, "__await__"):
        await value


def _resolve(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    """In the event loop: wake the request; one whose client has gone is not there any more."""
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def _nowhere(allowed: frozenset[str]) -> Answer:
    if not allowed:
        return NOT_FOUND
    return answers.json({"detail": "Method Not Allowed"}, 405, {"Allow": ", ".join(sorted(allowed))})


async def _send(
    send: Send, reply: Answer | Streamed, bare: bool, more: Sequence[tuple[bytes, bytes]], receive: Receive
) -> None:
    headers = headers_of(reply, more)
    if isinstance(reply, Answer):
        headers.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if bare else reply.body})
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if not bare:
        await streaming.send_pieces(send, receive, reply.pieces())
    await send({"type": "http.response.body", "body": b""})


__all__ = ["App", "Finisher", "Guard", "Role"]
