"""What every task runner does: take submitted calls, start each when its inputs are ready, and wait for all."""

from __future__ import annotations

import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Generic, Self, TypeVar

from prefect.core.lifecycle.states import State, StateType
from prefect.engine.calls.inputs import all_plain, futures_in, several
from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectFuture, PrefectFutureList
from prefect.engine.progress import FROM, ProgressDisplay, wanted
from prefect.engine.runners.mapping import Mapped, calls_of, sorted_out, source_of
from prefect.engine.streams import PrefectFutureStream

F = TypeVar("F", bound=PrefectFuture[Any])
LEAST_WINDOW = 64


class TaskRunner(ABC, Generic[F]):
    """Base class of task runners.

    A runner belongs to one flow run: the flow's runner is duplicated for each. Subclasses implement `duplicate` and
    `submit`, and may implement `start`, `finish` and `cancel_all`.
    """

    name: str = ""

    def __init__(self) -> None:
        self._started = False
        self.mapped = self.ended = self.failed = 0
        self._progress: ProgressDisplay | None = None
        self._open: set[PrefectFuture[Any]] = set()
        self._streams: list[PrefectFutureStream[Any]] = []
        self._taken_streams: list[weakref.ref[PrefectFutureStream[Any]]] = []

    def _made_with(self) -> tuple[object, ...]:
        """The options the runner was made with, in the order in which its class takes them; they make it equal."""
        return (id(self),)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TaskRunner) or type(other) is not type(self):
            return NotImplemented
        return self._made_with() == other._made_with()

    def __hash__(self) -> int:
        return hash(type(self))  # options may be dicts, which have no hash

    @abstractmethod
    def duplicate(self) -> Self:
        """A new runner of the same settings."""

    @abstractmethod
    def submit(
        self,
        task: Any,
        parameters: Parameters,
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
        **options: Any,
    ) -> F:
        """Run a call of `task` somewhere; returns its future at once."""

    def map(
        self, task: Any, parameters: Parameters, wait_for: Iterable[PrefectFuture[Any]] | None = None
    ) -> PrefectFutureList[Any]:
        """Submit one call per item of the iterable parameters.

        What can be gone through only once (iterators, generators, async iterators, another map's stream) is submitted in
        a bounded window as the futures are consumed; the rest when the flow ends. Raises MappingMissingIterable,
        MappingLengthMismatch.
        """
        mapped = sorted_out(parameters)
        if mapped.streams:
            return self._stream(task, mapped, wait_for)
        futures: PrefectFutureList[Any] = PrefectFutureList()
        for index, call in enumerate(calls_of(mapped)):
            if index == FROM:
                self._show_progress(task)
            futures.append(self.submit(task, call, wait_for, map_index=index))
            self.mapped += 1
        return futures

    def _stream(
        self, task: object, mapped: Mapped, wait_for: Iterable[PrefectFuture[Any]] | None
    ) -> PrefectFutureList[Any]:
        source = source_of(mapped)

        def submit(call: dict[str, Any], index: int) -> PrefectFuture[Any]:
            if index == FROM:
                self._show_progress(task)
            self.mapped += 1
            return self.submit(task, call, wait_for, map_index=index)

        stream: PrefectFutureStream[Any] = PrefectFutureStream((), source, submit, self.window, self._taken)
        self._streams.append(stream)
        source.notify(stream.fill)
        stream.fill()
        return stream

    @property
    def window(self) -> int:
        """Most calls of one streaming map that are in flight, or finished and not consumed."""
        return max(2 * (getattr(self, "max_workers", None) or 0), LEAST_WINDOW)

    def cancel_all(self) -> None:
        """Start nothing any more, and let those go who wait."""
        self._started = False
        self._let_go()

    def start(self, context: FlowRunContext | None) -> None:
        """Get ready; called before the first call is submitted. Raises RuntimeError if the runner has started already."""
        if self._started:
            raise RuntimeError("This task runner is already started")
        self._started = True

    def finish(self) -> None:
        """Wait for every call submitted."""
        try:
            error = self._drain_streams()
            self._wait_for_open()
            self._stop_progress()
        finally:
            self._started = False
        if error is not None:
            raise error

    def _wait_for_open(self) -> None:
        while self._open:
            for future in list(self._open):
                future.wait()

    @property
    def unfinished(self) -> bool:
        """Whether calls submitted have not ended."""
        return bool(self._open)

    def __enter__(self) -> Self:
        self.start(FlowRunContext.current.get())
        return self

    def __exit__(self, *_exc: object) -> None:
        self.finish()

    # --- for subclasses

    def _show_progress(self, task: Any) -> None:
        """A map is long: show how it goes, if anybody is looking."""
        context = FlowRunContext.current.get()
        if self._progress is None and context is not None and wanted(context.config):
            self._progress = ProgressDisplay(self, task.name)

    def _stop_progress(self) -> None:
        display, self._progress = self._progress, None
        if display is not None:
            display.stop()

    def _taken(self, stream: PrefectFutureStream[Any]) -> None:
        """Somebody goes through the stream: it is theirs, and ends when they let go of it."""
        if stream in self._streams:
            self._streams.remove(stream)
        self._taken_streams.append(weakref.ref(stream))

    def _alive(self) -> list[PrefectFutureStream[Any]]:
        """The streams that somebody else goes through and has not let go of."""
        return [stream for taken in self._taken_streams if (stream := taken()) is not None]

    def _drain_streams(self) -> BaseException | None:
        """Submit what streaming maps have left; consumers before their producers. Returns the first producer's error."""
        first: BaseException | None = None
        while self._streams:
            stream = self._streams.pop()
            try:
                stream.drain()
            except Exception as error:
                first = first or error
        for stream in self._alive():
            stream.close()
        return first

    def _let_go(self) -> None:
        """Close the producers of streaming maps and settle, as crashed, every call that has not ended."""
        for stream in [*self._streams, *self._alive()]:
            stream.close()
        self._streams.clear()
        waiting = list(self._open)
        state: AnyState = State(StateType.CRASHED, message="The flow run ended before this task did.")
        for future in waiting:
            future.set_state(state)
        self._stop_progress()

    def _track(self, future: PrefectFuture[Any]) -> None:
        """Count a future among those that `finish` waits for."""
        self._open.add(future)  # atomic, as is the discard: no lock
        future.add_done_callback(self._untrack)

    def _untrack(self, future: PrefectFuture[Any]) -> None:
        self.ended += 1
        state = future.final_state
        if state is not None and state.type is not StateType.COMPLETED:
            self.failed += 1
        self._open.discard(future)


def when_ready(parameters: dict[str, object], wait_for: Iterable[object] | None, start: Callable[[], None]) -> None:
    """Call `start` as soon as every future among the inputs has settled; at once if there is none."""
    if wait_for is None and all_plain(parameters):
        start()
        return
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


def _inputs(parameters: dict[str, object], wait_for: Iterable[object] | None) -> list[PrefectFuture[Any]]:
    found = [future for value in parameters.values() for future in futures_in(value)]
    return found if wait_for is None else [*found, *futures_in(list(several(wait_for)))]
