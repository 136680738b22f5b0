"""Watching one flow run: its log lines and its events, until it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Self
from uuid import UUID

from prefect.client.sockets.subscriptions import Subscription
from prefect.events.schemas.events import ReceivedEvent
from prefect.wire.logs import Log

__all__ = ["TERMINAL_STATES", "FlowRunSubscriber"]

TERMINAL_STATES = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


class FlowRunSubscriber:
    """Log lines and events of a flow run as they come: an async context manager that is iterated.

    Args:
        flow_run_id: the run.
        straggler_timeout: seconds for which lines are waited for after the run has ended.
        reconnection_attempts: how often a lost connection is replaced before that is an error.
    """

    def __init__(self, flow_run_id: UUID, straggler_timeout: int = 3, reconnection_attempts: int = 10) -> None:
        self.flow_run_id = flow_run_id
        self.straggler_timeout = straggler_timeout
        resource = f"prefect.flow-run.{flow_run_id}"
        events = {"any_resource": {"id": [resource]}}
        logs = {"flow_run_id": {"any_": [str(flow_run_id)]}}
        self._events = Subscription("/events/out", "event", events, reconnection_attempts)
        self._logs = Subscription("/logs/out", "log", logs, reconnection_attempts)
        self._queue: asyncio.Queue[Log | ReceivedEvent] = asyncio.Queue(1000)
        self._stack = AsyncExitStack()
        self._readers: list[asyncio.Task[None]] = []
        self._ends_at: float | None = None

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._logs)
        await self._stack.enter_async_context(self._events)
        loop = asyncio.get_running_loop()
        self._readers = [
            loop.create_task(self._read(self._logs.messages(), Log)),
            loop.create_task(self._read(self._events.messages(), ReceivedEvent)),
        ]
        return self

    async def __aexit__(self, *error: object) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        await self._stack.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Log | ReceivedEvent:
        self._raise_if_failed()
        try:
            async with asyncio.timeout_at(self._ends_at):
                found = await self._queue.get()
        except TimeoutError:
            raise StopAsyncIteration from None
        if isinstance(found, ReceivedEvent) and self._is_the_end(found):
            self._ends_at = asyncio.get_running_loop().time() + self.straggler_timeout
        return found

    def _is_the_end(self, event: ReceivedEvent) -> bool:
        own = event.resource.id == f"prefect.flow-run.{self.flow_run_id}"
        return own and event.resource.get("prefect.state-type") in TERMINAL_STATES

    def _raise_if_failed(self) -> None:
        for reader in self._readers:
            if reader.done() and not reader.cancelled():
                reader.result()

    async def _read(self, messages: AsyncIterator[dict[str, Any]], kind: type[Log] | type[ReceivedEvent]) -> None:
        async for message in messages:
            await self._queue.put(kind.model_validate(message))
