"""Clients that emit events, and subscribers that watch them."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic
from typing import Any, ClassVar, Self

from websockets.asyncio.client import ClientConnection

from prefect.client.sockets.subscriptions import LOST, Subscription, open_socket, socket_url
from prefect.events.filters import EventFilter, EventOccurredFilter
from prefect.events.schemas.events import Event, ReceivedEvent
from prefect.events.utilities import record_event
from prefect.exceptions import NotReachable
from prefect.wire.base import now

__all__ = [
    "AssertingEventsClient",
    "EventsClient",
    "NullEventsClient",
    "PrefectEventSubscriber",
    "PrefectEventsClient",
    "RecordingEventsClient",
    "get_events_client",
    "get_events_subscriber",
]

RECENT = timedelta(minutes=1)
"""How far back a subscriber looks unless its filter says otherwise."""

FAR = timedelta(days=365)
OUTSIDE = "Events may only be emitted while this client is being used as a context manager"


class EventsClient(ABC):
    """Emits events while used as an async context manager."""

    def __init__(self) -> None:
        self._in_context = False

    @property
    def client_name(self) -> str:
        """The name of the kind of client."""
        return type(self).__name__

    async def emit(self, event: Event) -> None:
        """Emit an event. Raises TypeError outside of the context manager."""
        if not self._in_context:
            raise TypeError(OUTSIDE)
        await self._emit(event)

    @abstractmethod
    async def _emit(self, event: Event) -> None: ...

    async def __aenter__(self) -> Self:
        self._in_context = True
        return self

    async def __aexit__(self, *error: object) -> None:
        self._in_context = False


class NullEventsClient(EventsClient):
    """Emits nothing."""

    async def _emit(self, event: Event) -> None:
        return


class AssertingEventsClient(EventsClient):
    """Keeps events instead of emitting them, for tests to look at."""

    last: ClassVar[AssertingEventsClient | None] = None
    """The client made last."""

    all: ClassVar[list[AssertingEventsClient]] = []
    """All clients since `reset`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.args, self.kwargs = args, kwargs
        self.events: list[Event] = []
        AssertingEventsClient.last = self
        AssertingEventsClient.all.append(self)

    @classmethod
    def reset(cls) -> None:
        """Forget all clients."""
        cls.last = None
        cls.all.clear()

    def pop_events(self) -> list[Event]:
        """The events kept so far, which are then forgotten."""
        events, self.events = self.events, []
        return events

    async def _emit(self, event: Event) -> None:
        self.events.append(event)


class RecordingEventsClient(EventsClient):
    """Appends events to the journal, like `emit_event`: kept on disk while the server is away."""

    async def _emit(self, event: Event) -> None:
        await asyncio.to_thread(record_event, event)


class PrefectEventsClient(EventsClient):
    """Sends events over a WebSocket, to any server that speaks Prefect's API.

    Args:
        api_url: the API; the one of the settings if None.
        reconnection_attempts: how often a lost connection is replaced before that is an error.
        checkpoint_every: events after which the server is asked to say that it has them.
        checkpoint_interval: seconds after which it is asked at the latest.
    """

    def __init__(
        self,
        api_url: str | None = None,
        reconnection_attempts: int = 10,
        checkpoint_every: int = 700,
        checkpoint_interval: float = 30.0,
    ) -> None:
        super().__init__()
        self._url = socket_url("/events/in", api_url)
        self._attempts, self._every, self._interval = reconnection_attempts, checkpoint_every, checkpoint_interval
        self._socket: ClientConnection | None = None
        self._unconfirmed: list[Event] = []
        self._confirmed_at = monotonic()

    async def __aenter__(self) -> Self:
        await self._insist(self._connected)
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await super().__aexit__()
        try:
            if self._unconfirmed:
                await self._insist(self._checkpoint)
        finally:
            if self._socket is not None:
                await self._socket.close()

    async def _emit(self, event: Event) -> None:
        self._unconfirmed.append(event)
        await self._insist(lambda: self._send(event))
        due = len(self._unconfirmed) >= self._every or monotonic() - self._confirmed_at > self._interval
        if due:
            await self._insist(self._checkpoint)

    async def _insist(self, act: Any) -> None:
        """Do something on a connection, on a new one if the first is lost. Raises NotReachable."""
        pause = 0.2
        for left in reversed(range(self._attempts + 1)):
            try:
                await act()
                return
            except LOST as error:
                self._socket = None
                if not left:
                    raise NotReachable(f"The server at {self._url!r} cannot be reached: {error!r}.") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _connected(self) -> ClientConnection:
        """The connection; on a new one, what was not confirmed is sent again."""
        if self._socket is None:
            socket = await open_socket(self._url)
            for event in self._unconfirmed:
                await socket.send(event.model_dump_json())
            self._socket = socket
        return self._socket

    async def _send(self, event: Event) -> None:
        if self._socket is None:
            await self._connected()  # which sends it, as one that is not confirmed
        else:
            await self._socket.send(event.model_dump_json())

    async def _checkpoint(self) -> None:
        socket = await self._connected()
        sent = len(self._unconfirmed)
        await (await socket.ping())
        del self._unconfirmed[:sent]
        self._confirmed_at = monotonic()


def get_events_client(
    reconnection_attempts: int = 10, checkpoint_every: int = 700, checkpoint_interval: float = 30.0
) -> EventsClient:
    """A client that emits events to wherever the settings say that things are recorded.

    Args:
        reconnection_attempts: not needed; what cannot be sent is kept on disk and sent later.
        checkpoint_every: not needed.
        checkpoint_interval: not needed.
    """
    return RecordingEventsClient()


class PrefectEventSubscriber:
    """Watches events that match a filter: an async context manager that is iterated for `ReceivedEvent`s.

    Args:
        api_url: the API; the one of the settings if None.
        filter: which events; all of the last minute, and those that come, if None.
        reconnection_attempts: how often a lost connection is replaced before that is an error.
        reconnect_on_clean_close: whether a connection that the server closed in good order is replaced too.
    """

    def __init__(
        self,
        api_url: str | None = None,
        filter: EventFilter | None = None,
        reconnection_attempts: int = 10,
        reconnect_on_clean_close: bool = False,
    ) -> None:
        wanted = EventFilter() if filter is None else filter
        if "occurred" not in wanted.model_fields_set:
            wanted.occurred = EventOccurredFilter(since=now() - RECENT, until=now() + FAR)
        self._subscription = Subscription(
            "/events/out",
            "event",
            wanted.model_dump(mode="json", exclude_none=True),
            reconnection_attempts,
            reconnect_on_clean_close,
            api_url,
        )
        self._messages: AsyncIterator[dict[str, Any]] | None = None

    @property
    def client_name(self) -> str:
        """The name of the kind of client."""
        return type(self).__name__

    async def __aenter__(self) -> Self:
        await self._subscription.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._subscription.__aexit__(*error)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ReceivedEvent:
        if self._messages is None:
            self._messages = self._subscription.messages()
        return ReceivedEvent.model_validate(await anext(self._messages))


def get_events_subscriber(
    filter: EventFilter | None = None, reconnection_attempts: int = 10, reconnect_on_clean_close: bool = False
) -> PrefectEventSubscriber:
    """A subscriber to the events of the server that the settings name. Raises NotReachable if they name none."""
    return PrefectEventSubscriber(None, filter, reconnection_attempts, reconnect_on_clean_close)
