"""The iterable parameters of a streaming `map`, gone through in step: one item of each makes a call."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any

from prefect.engine.futures import lending_slot
from prefect.exceptions import MappingLengthMismatch

BUFFERED = 8
"""Items that an async iterator is ahead of the calls made of them."""

_END = object()
WITHIN_LOOP = (
    "A map over an async iterator gets its items from the event loop that runs here, so waiting for them would stop it:"
    " use `async for future in futures`, or consume it in another thread."
)


class Column:
    """One parameter's items."""

    elsewhere = False

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items
        self._iterator = iter(items)

    def ready(self) -> bool:
        """Whether `next` need not wait for an event loop."""
        return True

    def next(self) -> Any:
        """The next item, `_END` behind the last."""
        return next(self._iterator, _END)

    def close(self) -> None:
        """Let the producer end."""
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()


class AsyncColumn:
    """The items of an async iterator, taken in the running event loop, or in one of its own.

    Args:
        items: the async iterator.
        notify: called in the loop when there is a new item.
    """

    elsewhere = True

    def __init__(self, items: AsyncIterator[Any]) -> None:
        self._items = items
        self._buffer: deque[Any] = deque()
        self._arrived = threading.Condition()
        self._error: BaseException | None = None
        self._ended = False
        self.notify: Callable[[], None] = lambda: None
        self._start()

    def _start(self) -> None:
        import asyncio

        self._room = asyncio.Event()
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = asyncio.new_event_loop()
            self._task = self._loop.create_task(self._take_all())
            threading.Thread(target=self._run_loop, name="prefect-stream", daemon=True).start()
        else:
            self._task = self._loop.create_task(self._take_all())

    def _run_loop(self) -> None:
        import asyncio

        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    async def _take_all(self) -> None:
        try:
            async for item in self._items:
                self._put(item)
                self.notify()
                while len(self._buffer) >= BUFFERED:
                    self._room.clear()
                    await self._room.wait()
        except Exception as error:
            self._error = error
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        close = getattr(self._items, "aclose", None)
        if close is not None:
            await close()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def _put(self, item: object) -> None:
        with self._arrived:
            self._buffer.append(item)
            self._arrived.notify_all()

    def ready(self) -> bool:
        """Whether an item, or the end, has come."""
        return bool(self._buffer) or self._ended

    def next(self) -> Any:
        """The next item, waited for; `_END` behind the last. Raises what the iterator raised, RuntimeError."""
        if not self.ready():
            self._refuse_within_loop()
        with lending_slot(), self._arrived:
            self._arrived.wait_for(self.ready)
            if not self._buffer:
                error, self._error = self._error, None
                if error is not None:
                    raise error
                return _END
            item = self._buffer.popleft()
        self._in_loop(self._room.set)
        return item

    def _refuse_within_loop(self) -> None:
        import asyncio

        with suppress(RuntimeError):
            if asyncio.get_running_loop() is self._loop:
                self.close()
                self._error = RuntimeError(WITHIN_LOOP)
                self._ended = True

    def _in_loop(self, call: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has been closed: nobody is left to be told
            self._loop.call_soon_threadsafe(call)

    def close(self) -> None:
        """Let the producer end."""
        self._in_loop(self._task.cancel)


class Columns:
    """Calls made of one item of each column and the constant parameters; a `streams.Source`.

    Args:
        order: names of the parameters as the task takes them.
        constant: parameters that stand in every call.
        columns: the others.
    """

    def __init__(self, order: list[str], constant: dict[str, Any], columns: dict[str, Any]) -> None:
        self._order = order
        self._constant = constant
        self._columns: dict[str, Column | AsyncColumn] = columns
        self.elsewhere = any(column.elsewhere for column in columns.values())

    def notify(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when an item comes from an event loop."""
        for column in self._columns.values():
            if isinstance(column, AsyncColumn):
                column.notify = callback

    def pull(self, wait: bool) -> dict[str, object] | None:
        """Parameters of the next call; None if there is none yet. Raises StopIteration, MappingLengthMismatch."""
        if not wait and not all(column.ready() for column in self._columns.values()):
            return None
        call = dict(self._constant)
        ended = []
        for name, column in self._columns.items():
            call[name] = column.next()
            if call[name] is _END:
                ended.append(name)
        if ended:
            self._check_lengths(ended)
            raise StopIteration
        return {name: call[name] for name in self._order}

    def _check_lengths(self, ended: list[str]) -> None:
        if len(ended) < len(self._columns):
            longer = [name for name in self._columns if name not in ended]
            raise MappingLengthMismatch(
                f"Expected all map parameters to be the same length: {ended} ended before {longer} did."
            )

    def close(self) -> None:
        """Let every producer end."""
        for column in self._columns.values():
            column.close()


async def async_items(items: AsyncIterable[object], change: Callable[[object], object]) -> AsyncIterator[object]:
    """An async iterator's items, each changed."""
    async for item in items:
        yield change(item)
