"""What every task runner does: take submitted calls, start each when its inputs are ready, and wait for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Generic, Self, TypeVar

from prefect.engine.calls.inputs import futures_in
from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectFuture, PrefectFutureList
from prefect.engine.runners.mapping import mapped_calls

F = TypeVar("F", bound=PrefectFuture[Any])


class TaskRunner(Generic[F]):
    """Base class of task runners.

    A runner belongs to one flow run: the flow's runner is duplicated for each. Subclasses implement `duplicate` and
    `submit`, and may implement `start`, `finish` and `cancel_all`.
    """

    name: str = ""

    def __init__(self) -> None:
        self._started = False
        self._open: set[PrefectFuture[Any]] = set()
        self._lock = threading.Lock()
        self._streams: list[Any] = []

    def duplicate(self) -> Self:
        """A new runner of the same settings."""
        raise NotImplementedError

    def submit(
        self,
        task: Any,
        parameters: dict[str, Any],
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
        **options: Any,
    ) -> F:
        """Run a call of `task` somewhere; returns its future at once."""
        raise NotImplementedError

    def map(
        self, task: Any, parameters: dict[str, Any], wait_for: Iterable[PrefectFuture[Any]] | None = None
    ) -> PrefectFutureList[Any]:
        """Submit one call per item of the iterable parameters."""
        futures: PrefectFutureList[Any] = PrefectFutureList()
        for index, call in enumerate(mapped_calls(task, parameters)):
            futures.append(self.submit(task, call, wait_for, map_index=index))
        return futures

    def cancel_all(self) -> None:
        """Start nothing any more."""

    def start(self, context: FlowRunContext | None) -> None:
        """Get ready; called before the first call is submitted."""
        self._started = True

    def finish(self) -> None:
        """Wait for every call submitted."""
        for stream in self._streams:
            stream.drain()
        while True:
            with self._lock:
                waiting = list(self._open)
            if not waiting:
                return
            for future in waiting:
                future.wait()

    def __enter__(self) -> Self:
        self.start(FlowRunContext.current.get())
        return self

    def __exit__(self, *_exc: object) -> None:
        self.finish()

    # --- for subclasses

    def _track(self, future: PrefectFuture[Any]) -> None:
        """Count a future among those that `finish` waits for."""
        with self._lock:
            self._open.add(future)
        future.add_done_callback(self._untrack)

    def _untrack(self, future: PrefectFuture[Any]) -> None:
        with self._lock:
            self._open.discard(future)


def when_ready(parameters: dict[str, Any], wait_for: Iterable[Any] | None, start: Callable[[], None]) -> None:
    """Call `start` as soon as every future among the inputs has settled; at once if there is none."""
    pending = [future for future in _inputs(parameters, wait_for) if future.final_state is None]
    if not pending:
        start()
        return
    left = len(pending)
    lock = threading.Lock()

    def one_less(_future: PrefectFuture[Any]) -> None:
        nonlocal left
        with lock:
            left -= 1
            ready = left == 0
        if ready:
            start()

    for future in pending:
        future.add_done_callback(one_less)


def _inputs(parameters: dict[str, Any], wait_for: Iterable[Any] | None) -> list[PrefectFuture[Any]]:
    found = [future for value in parameters.values() for future in futures_in(value)]
    return found if wait_for is None else [*found, *futures_in(list(wait_for))]


