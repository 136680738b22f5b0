"""Futures: handles on runs that are going on elsewhere.

A future that is waited for tells the thread pool its caller works in that the worker is idle meanwhile, so that pools of
any size make progress (see `runners/threads.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

from prefect.core.lifecycle.outcome import value_of
from prefect.core.lifecycle.states import State

R = TypeVar("R")

_lenders: list[Callable[[], AbstractContextManager[None]]] = []


def register_lender(lender: Callable[[], AbstractContextManager[None]]) -> None:
    """Have `lender` entered around every wait, so that a pool can use the waiting worker's slot."""
    _lenders.append(lender)


@contextmanager
def lending_slot() -> Iterator[None]:
    """Around a wait for another run."""
    if not _lenders:
        yield
        return
    with _lenders[0]():
        yield


class PrefectFuture(Generic[R]):
    """A handle on a run: its state now, its result when it has ended."""

    __slots__ = ("__weakref__", "_callbacks", "_done", "_lock", "_state", "_task_run_id")

    def __init__(self, task_run_id: UUID) -> None:
        self._task_run_id = task_run_id
        self._state: State[R] | None = None
        self._callbacks: list[Callable[[Any], None]] = []
        self._done: threading.Event | None = None
        self._lock = threading.Lock()

    @property
    def task_run_id(self) -> UUID:
        """Id of the task run."""
        return self._task_run_id

    @property
    def state(self) -> State[R]:
        """The run's final state, or Pending until then."""
        if self._state is None:
            return State.at(0, _PENDING, "Pending")
        return self._state

    @property
    def final_state(self) -> State[R] | None:
        """The run's final state, None until it has ended."""
        return self._state

    def set_state(self, state: State[Any]) -> None:
        """Settle the future; the engine's side."""
        with self._lock:
            if self._state is not None:
                return
            self._state = state
            callbacks, self._callbacks = self._callbacks, []
            if self._done is not None:
                self._done.set()
        for callback in callbacks:
            callback(self)

    def wait(self, timeout: float | None = None) -> None:
        """Return when the run has ended, or after `timeout` seconds."""
        if self._state is not None:
            return
        with self._lock:
            if self._done is None:
                self._done = threading.Event()
                if self.final_state is not None:
                    return
        with lending_slot():
            self._done.wait(timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> R:
        """The run's return value.

        Raises the run's exception if it failed and `raise_on_failure`, TimeoutError if it has not ended after
        `timeout` seconds.
        """
        self.wait(timeout)
        if self._state is None:
            raise TimeoutError(f"Task run {self.task_run_id} did not complete within {timeout} seconds")
        return cast(R, value_of(self._state, raise_on_failure))

    async def wait_async(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the name users know
        """`wait`, for async code."""
        import asyncio

        if self._state is not None:
            return
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def settle(_future: object) -> None:
            loop.call_soon_threadsafe(lambda: None if done.done() else done.set_result(None))

        self.add_done_callback(settle)
        try:
            await asyncio.wait_for(done, timeout)
        except TimeoutError:
            return

    async def result_async(
        self,
        timeout: float | None = None,  # noqa: ASYNC109 - the name users know
        raise_on_failure: bool = True,
    ) -> R:
        """`result`, for async code."""
        await self.wait_async(timeout)
        return self.result(timeout=0, raise_on_failure=raise_on_failure)

    aresult = result_async

    def __await__(self) -> Generator[Any, None, R]:
        return self.result_async().__await__()

    def add_done_callback(self, fn: Callable[[PrefectFuture[R]], None]) -> None:
        """Have `fn` called with this future when the run has ended; at once if it has."""
        with self._lock:
            if self._state is None:
                self._callbacks.append(fn)
                return
        fn(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._task_run_id})"


_PENDING = State("PENDING").type


class PrefectWrappedFuture(PrefectFuture[R]):
    """A future that stands for another library's future."""

    __slots__ = ("_wrapped_future",)

    def __init__(self, task_run_id: UUID, wrapped_future: Any = None) -> None:
        super().__init__(task_run_id)
        self._wrapped_future = wrapped_future

    @property
    def wrapped_future(self) -> Any:
        """The other library's future."""
        return self._wrapped_future


class PrefectConcurrentFuture(PrefectWrappedFuture[R]):
    """A task run in a thread or process of this machine."""

    __slots__ = ()


class PrefectDistributedFuture(PrefectFuture[R]):
    """A task run on another machine."""

    __slots__ = ()


class PrefectTaskRunFuture(PrefectDistributedFuture[R]):
    """A task run known by its id."""

    __slots__ = ()


class PrefectFlowRunFuture(PrefectFuture[R]):
    """A flow run known by its id."""

    __slots__ = ()

    @property
    def flow_run_id(self) -> UUID:
        """Id of the flow run."""
        return self._task_run_id


class PrefectFutureList(list[PrefectFuture[R]]):
    """Several futures, waited for together."""

    def wait(self, timeout: float | None = None) -> None:
        """Return when all runs have ended, or after `timeout` seconds."""
        wait(self, timeout)

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> list[R]:
        """All return values, in order.

        Raises the first run's exception if it failed and `raise_on_failure`, TimeoutError if some have not ended
        after `timeout` seconds.
        """
        deadline = None if timeout is None else monotonic() + timeout
        results = []
        for future in self:
            future.wait(_left(deadline))
            if future.final_state is None:
                raise TimeoutError(f"Timed out waiting for all futures to complete within {timeout} seconds")
            results.append(future.result(raise_on_failure=raise_on_failure))
        return results


class DoneAndNotDoneFutures(NamedTuple, Generic[R]):
    """Futures parted by whether their runs have ended."""

    done: set[PrefectFuture[R]]
    not_done: set[PrefectFuture[R]]


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(deadline - monotonic(), 0)


def wait(futures: Iterable[PrefectFuture[R]], timeout: float | None = None) -> DoneAndNotDoneFutures[R]:
    """Wait for all the futures, or for `timeout` seconds; returns them parted into done and not done."""
    deadline = None if timeout is None else monotonic() + timeout
    asked = list(futures)
    for future in asked:
        future.wait(_left(deadline))
    done = {future for future in asked if future.final_state is not None}
    return DoneAndNotDoneFutures(done, set(asked) - done)


def as_completed(futures: Iterable[PrefectFuture[R]], timeout: float | None = None) -> Iterator[PrefectFuture[R]]:
    """The futures in the order in which their runs end. Raises TimeoutError after `timeout` seconds."""
    completing = getattr(futures, "completing", None)
    if completing is not None:
        yield from completing(timeout)
        return
    deadline = None if timeout is None else monotonic() + timeout
    asked = set(futures)
    finished: list[PrefectFuture[R]] = []
    ready = threading.Condition()

    def note(future: PrefectFuture[R]) -> None:
        with ready:
            finished.append(future)
            ready.notify()

    for future in asked:
        future.add_done_callback(note)
    for count in range(len(asked)):
        with ready, lending_slot():
            if not ready.wait_for(lambda: finished, _left(deadline)):
                raise TimeoutError(f"{len(asked) - count} (of {len(asked)}) futures unfinished")
            future = finished.pop(0)
        yield future
