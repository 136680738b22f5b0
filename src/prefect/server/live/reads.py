"""Reading the record for those who watch, in threads that are waited for when the server ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Reads:
    """What is being read; who asked may go before it is done."""

    def __init__(self) -> None:
        self._running: set[asyncio.Future[Any]] = set()

    async def run(self, read: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """The result of a blocking call in a thread."""
        future = asyncio.get_running_loop().run_in_executor(None, read, *arguments)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await asyncio.shield(future)

    async def done(self) -> None:
        """Return when nothing is being read any more."""
        await asyncio.gather(*self._running, return_exceptions=True)
