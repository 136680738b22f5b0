"""Events out: those of the recent past that match a filter, the oldest first, then each as it comes in."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from prefect.core.times import to_micros
from prefect.server.app import App
from prefect.server.http import answers
from prefect.server.http.paging import plain
from prefect.server.live.tail import Subscription
from prefect.server.sockets.connection import Connection, Rejected
from prefect.server.views.events import event_json
from prefect.storage.aggregates.events import records as events
from prefect.storage.aggregates.events.records import Place
from prefect.wire.filters.events import EventFilter
from prefect.wire.filters.matching import matcher

F = TypeVar("F", bound=BaseModel)

FILTER_SECONDS = 10.0
PAGE = 200
REMEMBERED = 10_000
"""Events that are known to have been sent already."""


async def filter_from(connection: Connection, kind: type[F]) -> F:
    """The filter in the first message. Raises Ended, or Rejected."""
    message = await connection.next_object(FILTER_SECONDS)
    if message.get("type") != "filter":
        raise Rejected(1002, "Expected 'filter' message")
    try:
        return kind.model_validate(message.get("filter") or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Rejected(1002, f"Invalid filter: {place}: {first['msg']}") from None


async def until_gone(connection: Connection) -> None:
    """Pass over what the other side says until it closes. Raises Ended."""
    while True:
        await connection.next()


async def whichever_ends(*parts: Any) -> None:
    """Run several things until the first of them ends. Raises what that raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def send_events(app: App, connection: Connection) -> None:
    """Send events until the other side closes."""
    wanted = await filter_from(connection, EventFilter)
    tail = app.world.live.tail
    subscription = tail.subscribe(matcher(wanted))
    try:
        await whichever_ends(until_gone(connection), Sending(app, connection).all(wanted, subscription))
    finally:
        tail.leave(subscription)


class Sending:
    """Sends each event once."""

    def __init__(self, app: App, connection: Connection) -> None:
        self._world = app.world
        self._connection = connection
        self._sent: OrderedDict[UUID, None] = OrderedDict()

    async def all(self, wanted: EventFilter, subscription: Subscription) -> None:
        """Send what there is, then what comes."""
        await self._past(wanted)
        while True:
            if subscription.overflowed:
                raise Rejected(1013, "Events came faster than they were read; connect again.")
            arrival = await subscription.next()
            await self._send(arrival.id, arrival.text)

    async def _past(self, wanted: EventFilter) -> None:
        given = {**plain(wanted), "order": "ASC"}
        after: Place | None = None
        while True:
            rows = await self._world.live.reads.run(events.page, self._world.reading, given, PAGE, after)
            for row in rows:
                event = event_json(row)
                after = Place(to_micros(event["occurred"]), event["id"])
                await self._send(event["id"], answers.encode(event))
            if len(rows) < PAGE:
                return

    async def _send(self, identity: UUID, text: bytes) -> None:
        if identity in self._sent:
            return
        self._sent[identity] = None
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        await self._connection.send(b'{"type":"event","event":' + text + b"}")
