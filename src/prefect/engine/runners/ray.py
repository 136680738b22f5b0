"""Tasks on a Ray cluster: a call is packed here and run as a Ray task there."""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectFuture, PrefectWrappedFuture
from prefect.engine.pool import GrowingPool
from prefect.engine.runners.base import TaskRunner, when_ready
from prefect.engine.runners.shipping import Departure, pack, run_packed, unpack_state
from prefect.engine.runs.entry import surroundings
from prefect.engine.runs.failures import crashed_state
from prefect.engine.runtime import current_runtime
from prefect.exceptions import CrashedRun, PrefectImportError

NEEDS_RAY = "RayTaskRunner needs Ray: pip install 'headrace[ray]'."

_options: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("prefect_ray_options", default=None)


@contextmanager
def remote_options(**new_remote_options: Any) -> Iterator[None]:
    """Give the tasks submitted within the block options of `ray.remote`, such as `num_cpus`."""
    token = _options.set({**(_options.get() or {}), **new_remote_options})
    try:
        yield
    finally:
        _options.reset(token)


class PrefectRayFuture(PrefectWrappedFuture[Any]):
    """A task run on a Ray cluster."""

    __slots__ = ()


class RayTaskRunner(TaskRunner[PrefectRayFuture]):
    """Runs tasks on a Ray cluster: one that is running already, or one made on this machine.

    Args:
        address: of a running cluster's head; one is started here unless given.
        init_kwargs: arguments for `ray.init`.

    Raises ImportError without the `ray` extra. Tasks that a task submits run in threads of its worker.
    """

    name = "ray"

    def __init__(self, address: str | None = None, init_kwargs: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.address = address
        self.init_kwargs = dict(init_kwargs or {})
        self._ray: Any = None
        self._began_ray = False
        self._waiters: GrowingPool | None = None

    def _made_with(self) -> tuple[Any, ...]:
        return (self.address, self.init_kwargs)

    def duplicate(self) -> Self:
        """A new runner of the same settings."""
        return type(self)(*self._made_with())

    def start(self, context: FlowRunContext | None) -> None:
        """Connect, to a cluster started for the purpose if there is none."""
        super().start(context)
        self._runtime = current_runtime() if context is None else context.runtime
        try:
            self._connect()
        except BaseException:
            self._started = False
            raise
        self._waiters = GrowingPool(None, "prefect-ray")

    def _connect(self) -> None:
        self._ray = _import_ray()
        if not self._ray.is_initialized():
            given = {"address": self.address} if self.address else {}
            self._ray.init(**{**given, **self.init_kwargs})
            self._began_ray = True

    def submit(
        self,
        task: Any,
        parameters: dict[str, Any],
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
        map_index: int | None = None,
        **options: Any,
    ) -> PrefectRayFuture:
        """Run a call of `task` on a worker; returns its future at once."""
        if self._waiters is None:
            raise RuntimeError("Task runner is not started: use it within a flow, or in a `with` block.")
        clock = self._runtime.clock
        future = PrefectRayFuture(clock.new_id())
        self._track(future)
        runtime, config = surroundings()
        make = partial(
            Departure, task, parameters, runtime, config, wait_for, future.task_run_id, map_index, clock.now()
        )
        job = partial(self._settle, future, contextvars.copy_context(), make)
        when_ready(parameters, wait_for, partial(self._waiters.submit, job))
        return future

    def _settle(self, future: PrefectRayFuture, context: contextvars.Context, make: Any) -> None:
        try:
            state = context.run(self._run, future, make)
        except BaseException as error:
            state = crashed_state(error, self._runtime.clock.now())
        future.set_state(state)

    def _run(self, future: PrefectRayFuture, make: Any) -> Any:
        departure: Departure = make()
        settled = departure.settled()
        if settled is not None:
            return settled
        try:
            packed = pack(departure.shipment())
            remote = self._ray.remote(run_packed)
            given = _options.get()
            reference = (remote.options(**given) if given else remote).remote(packed)
            future._wrapped_future = reference
            state = unpack_state(self._ray.get(reference), self._runtime.backend.record)
        except Exception as error:
            return departure.lost(_told(error))
        return departure.arrived(state)

    def cancel_all(self) -> None:
        """Have Ray stop every call that has not ended."""
        if self._waiters is not None:
            self._waiters.cancel()
        for future in list(self._open):
            reference = getattr(future, "wrapped_future", None)
            if reference is not None:
                self._ray.cancel(reference, force=True)
        super().cancel_all()
        self._close()

    def finish(self) -> None:
        """Wait for every call submitted, and let go of a cluster started for the purpose."""
        try:
            super().finish()
        except Exception:
            self._close()
            raise
        self._close()  # an interrupt instead is followed by `cancel_all`

    def _close(self) -> None:
        if self._waiters is not None:
            self._waiters.close()
        if self._began_ray:
            self._began_ray = False
            self._ray.shutdown()


def _told(error: Exception) -> Exception:
    """What Ray says of a worker it lost, as the crash it is."""
    if type(error).__name__ in ("WorkerCrashedError", "NodeDiedError", "TaskCancelledError", "OutOfMemoryError"):
        return CrashedRun(f"The Ray worker that ran this task died: {str(error).splitlines()[0]}")
    return error


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise PrefectImportError(NEEDS_RAY) from error
    return ray
