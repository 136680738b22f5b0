"""What running a flow or task asks to have done, as values: the generators in `runs/` yield them.

A step is performed by one of the two drivers in `drive.py`; its result is sent back into the generator, and whatever
it raises is raised there.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from types import CoroutineType
from typing import Any, TypeVar

from prefect.engine.timeouts import DeadlineReached, call_with_timeout, deadline_error

T = TypeVar("T")
Steps = Generator["Step", Any, T]


def is_awaitable(value: object) -> bool:
    """Whether `await value` works; without `inspect`, whose import costs more than the rest of the engine's."""
    return type(value) is CoroutineType or hasattr(value, "__await__")


class Step(ABC):
    """Something to be done."""

    __slots__ = ()

    @abstractmethod
    def perform(self) -> Any:
        """Do it, blocking."""

    async def aperform(self) -> Any:
        """Do it without blocking the event loop."""
        return self.perform()


class Call(Step):
    """Call a user's function, awaiting what it returns if that is awaitable and the driver is async."""

    __slots__ = ("call", "kind", "timeout")

    def __init__(
        self, call: Callable[[], Any], timeout: float | None = None, kind: type[DeadlineReached] = DeadlineReached
    ) -> None:
        self.call = call
        self.timeout = timeout
        self.kind = kind

    def perform(self) -> Any:
        return self.call() if self.timeout is None else call_with_timeout(self.call, self.timeout, self.kind)

    async def aperform(self) -> Any:
        value = self.call()
        if not is_awaitable(value):
            return value
        return await value if self.timeout is None else await _await_until(value, self.timeout, self.kind)


async def _await_until(awaitable: Any, seconds: float, kind: type[DeadlineReached]) -> Any:
    import asyncio

    try:
        async with asyncio.timeout(seconds) as scope:
            return await awaitable
    except TimeoutError as error:
        if scope.expired():
            raise deadline_error(kind, seconds) from error
        raise


class Sleep(Step):
    """Wait."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def perform(self) -> None:
        if self.seconds > 0:
            time.sleep(self.seconds)

    async def aperform(self) -> None:
        import asyncio

        await asyncio.sleep(max(self.seconds, 0))


class Block(Step):
    """Call something of ours that may wait for a disk, a lock or a database."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call

    def perform(self) -> Any:
        return self.call()

    async def aperform(self) -> Any:
        import asyncio

        return await asyncio.to_thread(self.call)
