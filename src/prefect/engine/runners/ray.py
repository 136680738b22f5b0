"""Tasks on a Ray cluster: a call is packed here and run as a Ray task there."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from prefect.engine.futures import PrefectWrappedFuture
from prefect.engine.pool import GrowingPool
from prefect.engine.runners.elsewhere import ElsewhereTaskRunner
from prefect.engine.runners.shipping import run_packed
from prefect.exceptions import CrashedRun, PrefectImportError

NEEDS_RAY = "RayTaskRunner needs Ray: pip install 'headrace[ray]'."

_options: contextvars.ContextVar[dict[str, object] | None] = contextvars.ContextVar("prefect_ray_options", default=None)


@contextmanager
def remote_options(**new_remote_options: object) -> Iterator[None]:
    """Give the tasks submitted within the block options of `ray.remote`, such as `num_cpus`."""
    token = _options.set({**(_options.get() or {}), **new_remote_options})
    try:
        yield
    finally:
        _options.reset(token)


class PrefectRayFuture(PrefectWrappedFuture[Any]):
    """A task run on a Ray cluster."""

    __slots__ = ()


class RayTaskRunner(ElsewhereTaskRunner[PrefectRayFuture]):
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

    def _made_with(self) -> tuple[object, ...]:
        return (self.address, self.init_kwargs)

    def _new_future(self, task_run_id: UUID) -> PrefectRayFuture:
        return PrefectRayFuture(task_run_id)

    def _connect(self) -> None:
        """Connect, to a cluster started for the purpose if there is none."""
        self._ray = _import_ray()
        if not self._ray.is_initialized():
            given = {"address": self.address} if self.address else {}
            self._ray.init(**{**given, **self.init_kwargs})
            self._began_ray = True
        self._waiters = GrowingPool(None, "prefect-ray")

    def _take(self, depart: Callable[[], None]) -> None:
        assert self._waiters is not None
        self._waiters.submit(depart)

    def _answer(self, future: PrefectRayFuture, packed: bytes) -> bytes:
        remote = self._ray.remote(run_packed)
        given = _options.get()
        reference = (remote.options(**given) if given else remote).remote(packed)
        future._wrapped_future = reference
        try:
            answer: bytes = self._ray.get(reference)
        except Exception as error:
            raise _told(error) from error
        return answer

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
