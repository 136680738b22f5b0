"""Streams: the futures of a `map` over something that can be gone through only once.

    items ──pull──▶ submit ──▶ in flight ──▶ finished ──hand out──▶ forgotten

Items are pulled by whoever consumes the futures, in that thread, and only as long as fewer than `window` calls are in
flight or finished and not yet handed out. A slow consumer therefore slows the producer down, and memory is bounded by the
window, however many items there are.

A stream is a list of futures for those who treat it as one: asking for its length, for an item by number or for its truth
goes through everything and keeps it. One no longer than its window may be gone through again and again; a longer one
forgets what it has handed out, unless somebody else is still to come to it.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from time import monotonic
from typing import Any, Protocol, Self, SupportsIndex, TypeVar, overload

from prefect.engine.futures import PrefectFuture, PrefectFutureList, as_completed, lending_slot
from prefect.exceptions import MissingResult

R = TypeVar("R")
Future = PrefectFuture[Any]

GONE = (
    "This map's first futures have been handed out and forgotten: a map over an iterator keeps a window of {window} so"
    " that memory stays bounded. Go through it once, or keep all of it with `list(futures)` first."
)


class TooLate(TimeoutError):
    """Not everything was submitted in time."""


class Source(Protocol):
    """Where the calls of a stream come from."""

    elsewhere: bool
    """Whether items come from an event loop, so that a thread that waits for one must not be the loop's."""

    def pull(self, wait: bool) -> dict[str, object] | None:
        """The next call's parameters; None if there is none now and not `wait`. Raises StopIteration at the end."""

    def close(self) -> None:
        """Pull no more, and let the producer end."""


class PrefectFutureStream(PrefectFutureList[R]):
    """Futures of a map that are submitted as they are consumed.

    Args:
        futures: for a stream of what exists already, which then is an ordinary list.
        source: where calls come from.
        submit: called with a call's parameters and its number, returns its future.
        window: most calls in flight, or finished and not handed out.
        begin: told when somebody begins to go through the futures.
    """

    def __init__(
        self,
        futures: Iterable[PrefectFuture[R]] = (),
        source: Source | None = None,
        submit: Callable[[dict[str, Any], int], Future] | None = None,
        window: int = 64,
        begin: Callable[[PrefectFutureStream[R]], None] | None = None,
    ) -> None:
        super().__init__(futures)
        self._source = source
        self._submit = submit
        self._window = window
        self._begin = begin
        self._kept: deque[Future] = deque()
        self._first = 0
        """Number of the first future that is kept."""

        self._submitted = 0
        self._unfinished = 0
        self._error: BaseException | None = None
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()
        self._pulling = threading.RLock()
        self._changed = threading.Condition()
        self.begun = False
        """Whether somebody has begun to go through the futures; what they leave is theirs to leave."""

    # --- going through it

    def __iter__(self) -> Iterator[PrefectFuture[R]]:
        if self._is_list():
            return super().__iter__()
        self._note_begun()
        return Cursor(self)

    def _note_begun(self) -> None:
        if not self.begun:
            self.begun = True
            if self._begin is not None:
                self._begin(self)

    async def __aiter__(self) -> AsyncIterator[PrefectFuture[R]]:
        """The futures in order, for async code; each is waited for before it is handed out."""
        from asyncio import to_thread

        futures = iter(self)
        while True:
            elsewhere = self._source is not None and self._source.elsewhere
            future = await to_thread(next, futures, None) if elsewhere else next(futures, None)
            if future is None:
                return
            await future.wait_async()
            yield future

    def at(self, position: int, deadline: float | None = None) -> Future:
        """The future of that number, waited for until `deadline`; the engine's side of `next`.

        Raises StopIteration behind the last one, what the producer raised, TooLate after the deadline.
        """
        if self._is_list():
            return self._item(position)
        with self._pulling:
            self._fill()
            while position >= self._submitted:
                if self._source is None:
                    self._raise_error()
                    raise StopIteration
                self._await_room(deadline)
                self._pull(wait=True)
            if position < self._first:
                raise MissingResult(GONE.format(window=self._window))
            return self._kept[position - self._first]

    def _item(self, position: int) -> Future:
        if position >= super().__len__():
            raise StopIteration
        return super().__getitem__(position)

    def passed(self) -> None:
        """Forget what every cursor has passed, once there is more than a window of it; then submit more."""
        with self._pulling:
            furthest = min((cursor.position for cursor in self._cursors), default=self._submitted)
            if furthest > self._window:
                while self._first < furthest and self._kept:
                    del self._kept[0]
                    self._first += 1

    # --- submitting

    def fill(self) -> None:
        """Submit what the window has room for; does nothing while somebody else is at it."""
        if self._pulling.acquire(blocking=False):
            try:
                self._fill()
            finally:
                self._pulling.release()

    def _fill(self) -> None:
        while self._source is not None and self._has_room():
            if not self._pull(wait=False):
                return

    def _has_room(self) -> bool:
        """Whether one more call may be in flight, or finished and ahead of the slowest consumer."""
        if self._unfinished >= self._window:
            return False
        ahead = self._submitted - min((cursor.position for cursor in self._cursors), default=self._first)
        return ahead < self._window

    def _pull(self, wait: bool) -> bool:
        """Submit one call; False if there is none."""
        assert self._source is not None
        assert self._submit is not None
        try:
            call = self._source.pull(wait)
        except StopIteration:
            self._source = None
            return False
        except BaseException as error:
            self._source, self._error = None, error
            return False
        if call is None:
            return False
        number = self._submitted
        self._submitted += 1
        with self._changed:
            self._unfinished += 1
        future: Future = self._submit(call, number)
        self._kept.append(future)
        future.add_done_callback(self._one_finished)
        return True

    def _one_finished(self, _future: Future) -> None:
        with self._changed:
            self._unfinished -= 1
            if self._unfinished == self._window // 2:
                self._changed.notify_all()

    def _await_room(self, deadline: float | None) -> None:
        """Wait, if the window is full, until half of it is free: waking up for every single one would cost more."""
        if self._unfinished < self._window:
            return
        with lending_slot(), self._changed:
            left = None if deadline is None else max(deadline - monotonic(), 0)
            if not self._changed.wait_for(lambda: self._unfinished <= self._window // 2, left):
                raise TooLate("Call timed out before all tasks were submitted.")

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    # --- the end

    def drain(self) -> None:
        """Submit the rest, or let go of it if somebody has begun to take it and stopped. Raises its error."""
        if self.begun:
            self.close()
        rest = Cursor(self, None, self._submitted)
        for future in rest:
            future.wait()
        self._raise_error()

    def close(self) -> None:
        """Submit no more, and let the producer end."""
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def wait(self, timeout: float | None = None) -> None:
        """Submit everything and return when all runs have ended, or after `timeout` seconds.

        Whoever waits may ask for results afterwards, so from then on all futures are kept, as in a list.
        """
        if self._is_list():
            return super().wait(timeout)
        deadline = None if timeout is None else monotonic() + timeout
        try:
            futures = list(self._until(deadline))
        except TooLate:
            return None
        self._become_list(futures)
        return super().wait(None if deadline is None else max(deadline - monotonic(), 0))

    def _become_list(self, futures: list[Future]) -> None:
        """Keep all futures from now on, unless some have been forgotten already."""
        if self._first == 0:
            self.extend(futures)
            self._submit = None
            self._kept.clear()

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> list[R]:
        """All return values, in order. Raises the first failed run's exception, TimeoutError."""
        if self._is_list():
            return super().result(timeout, raise_on_failure)
        deadline = None if timeout is None else monotonic() + timeout
        left = (lambda: None) if deadline is None else (lambda: max(deadline - monotonic(), 0))
        return [future.result(left(), raise_on_failure) for future in self._until(deadline)]

    def completing(self, timeout: float | None = None) -> Iterator[PrefectFuture[R]]:
        """The futures in the order in which they end, a window at a time; what `as_completed` does with a stream."""
        deadline = None if timeout is None else monotonic() + timeout
        batch: list[PrefectFuture[R]] = []
        for future in self._until(deadline):
            batch.append(future)
            if len(batch) == self._window:
                first = next(iter(as_completed(batch, None if deadline is None else max(deadline - monotonic(), 0))))
                batch.remove(first)
                yield first
        yield from as_completed(batch, None if deadline is None else max(deadline - monotonic(), 0))

    def _until(self, deadline: float | None) -> Iterator[PrefectFuture[R]]:
        return Cursor(self, deadline)

    # --- as a list

    @property
    def is_open(self) -> bool:
        """Whether futures are still made as they are consumed."""
        return not self._is_list()

    def _is_list(self) -> bool:
        return self._submit is None

    def keep(self) -> Self:
        """Submit everything and keep every future: an ordinary list from now on."""
        if not self._is_list():
            everything = [future for future in self]  # noqa: C416 -- `list` would ask for the length first
            self._submit = None
            self._kept.clear()
            self.extend(everything)
        return self

    def __len__(self) -> int:
        return super().__len__() if self._is_list() else len(self.keep())

    def __bool__(self) -> bool:
        return len(self) > 0

    @overload
    def __getitem__(self, index: SupportsIndex) -> PrefectFuture[R]: ...
    @overload
    def __getitem__(self, index: slice) -> list[PrefectFuture[R]]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> object:
        self.keep()
        return super().__getitem__(index)

    def __contains__(self, item: object) -> bool:
        self.keep()
        return super().__contains__(item)

    def __reversed__(self) -> Iterator[PrefectFuture[R]]:
        self.keep()
        return super().__reversed__()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return super().__repr__() if self._is_list() else f"<PrefectFutureStream of {self._submitted} so far>"


class Cursor(Iterator[Any]):
    """One consumer's place in a stream."""

    def __init__(self, stream: PrefectFutureStream[Any], deadline: float | None = None, position: int = 0) -> None:
        self._stream = stream
        self._deadline = deadline
        self.position = position
        stream._cursors.add(self)

    def __next__(self) -> Future:
        future = self._stream.at(self.position, self._deadline)
        self.position += 1
        self._stream.passed()
        return future
