"""What task runners share whose calls run in other processes: packing a call, sending it off, settling its future.

A call leaves when its inputs are ready, in the context it was submitted in. Subclasses say how an answer is had
(`_answer`, which blocks in a thread of the runner's own), or send calls off in another way altogether (`_send`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from functools import partial
from typing import Any, Self, TypeVar
from uuid import UUID

from prefect.engine.calls.shapes import Parameters
from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectFuture
from prefect.engine.runners.base import TaskRunner, when_ready
from prefect.engine.runners.shipping import Departure, pack, unpack_state
from prefect.engine.runs.entry import surroundings
from prefect.engine.runs.failures import crashed_state
from prefect.engine.runtime import Runtime, current_runtime

F = TypeVar("F", bound=PrefectFuture[Any])


class ElsewhereTaskRunner(TaskRunner[F]):
    """Base class of task runners that pack calls and have them run elsewhere."""

    _runtime: Runtime

    def duplicate(self) -> Self:
        """A new runner of the same settings."""
        return type(self)(*self._made_with())

    def start(self, context: FlowRunContext | None) -> None:
        """Get hold of what calls run on; nothing is held if that fails."""
        super().start(context)
        self._runtime = current_runtime() if context is None else context.runtime
        try:
            self._connect()
        except BaseException:
            self._started = False
            self._close()
            raise

    def submit(
        self,
        task: Any,
        parameters: Parameters,
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
        map_index: int | None = None,
        **options: Any,
    ) -> F:
        """Have a call of `task` run elsewhere; returns its future at once."""
        if not self._started:
            raise RuntimeError("Task runner is not started: use it within a flow, or in a `with` block.")
        clock = self._runtime.clock
        future = self._new_future(clock.new_id())
        self._track(future)
        runtime, config = surroundings()
        make = partial(
            Departure, task, parameters, runtime, config, wait_for, future.task_run_id, map_index, clock.now()
        )
        depart = partial(self._depart, future, copy_context(), make)
        when_ready(parameters, wait_for, partial(self._take, depart))
        return future

    def _depart(self, future: F, context: Context, make: Callable[[], Departure]) -> None:
        try:
            context.run(lambda: self._send(future, make()))
        except BaseException as error:
            future.set_state(crashed_state(error, self._runtime.clock.now()))

    def _send(self, future: F, departure: Departure) -> None:
        """See a call through, from the look at what is on record of it to its final state."""
        state = departure.settled()
        if state is None:
            try:
                packed = pack(departure.shipment())
                self._runtime.backend.flush()  # what is recorded there refers to the flow run's rows
                state = unpack_state(self._answer(future, packed), self._runtime.backend.record)
            except Exception as error:
                state = departure.lost(error)
            else:
                departure.arrived(state)
        future.set_state(state)

    def finish(self) -> None:
        """Wait for every call submitted, and let go of what they ran on."""
        try:
            super().finish()
        except Exception:
            self._close()
            raise
        self._close()  # an interrupt instead is followed by `cancel_all`

    # --- for subclasses

    @abstractmethod
    def _new_future(self, task_run_id: UUID) -> F:
        """The future of a call."""

    @abstractmethod
    def _connect(self) -> None:
        """Get hold of what calls run on."""

    @abstractmethod
    def _close(self) -> None:
        """Let go of what calls ran on; called also if that could not be had."""

    def _take(self, depart: Callable[[], None]) -> None:
        """A call is ready to leave: send it off here, or have a thread do so."""
        depart()

    def _answer(self, future: F, packed: bytes) -> bytes:
        """What `run_packed` returned elsewhere. Raises CrashedRun, saying how, if that process is gone."""
        raise TypeError(f"{type(self).__name__} has to say how a call is answered.")
