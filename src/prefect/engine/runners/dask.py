"""Tasks on a Dask cluster.

A call is packed here and run on a Dask worker, which writes its task run to the flow's record. Results stay on the
workers: only a call's state comes back, and its value when somebody asks for it. A call whose parameters are futures of
the same runner is given their values by Dask, from worker to worker.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import KeptResult
from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectWrappedFuture
from prefect.engine.runners.elsewhere import ElsewhereTaskRunner
from prefect.engine.runners.shipping import (
    REMOTE,
    Departure,
    Remote,
    SentState,
    pack,
    run_packed_with,
    unpack_state,
)
from prefect.exceptions import CrashedRun, PrefectImportError

NEEDS_DASK = "DaskTaskRunner needs the packages of Dask: pip install 'headrace[dask]'."


class PrefectDaskFuture(PrefectWrappedFuture[Any]):
    """A task run on a Dask cluster."""

    __slots__ = ()


class DaskResult(KeptResult):
    """A result that lies on a Dask worker until it is asked for."""

    __slots__ = ("_future", "_have", "_value")

    def __init__(self, future: Any) -> None:
        self._future = future
        self._have = False
        self._value: Any = None

    def get(self) -> Any:
        """The value, fetched once; within the packing of a call, only a note of where it lies."""
        if (collected := REMOTE.get()) is not None:
            return Remote.note(collected, self._future)
        if not self._have:
            self._value = _worth(self._future.result())
            self._have = True
        return self._value

    def __repr__(self) -> str:
        return f"<on Dask: {self._future.key}>"


def _worth(packed: SentState) -> Any:
    return packed.value()


class DaskTaskRunner(ElsewhereTaskRunner[PrefectDaskFuture]):
    """Runs tasks on a Dask cluster: one that is running already, or one made for each flow run.

    Args:
        cluster: a running cluster.
        address: of a running cluster's scheduler.
        cluster_class: what to make a cluster with, or where to import it from; `distributed.LocalCluster` unless given.
        cluster_kwargs: arguments for `cluster_class`.
        adapt_kwargs: arguments for the cluster's `adapt`; it does not adapt unless given.
        client_kwargs: arguments for `distributed.Client`.
        performance_report_path: a file to write Dask's performance report to.

    Raises ValueError for combinations that make no sense, ImportError without the `dask` extra. A task that is the last
    of several on dying workers is crashed; until then Dask runs it again. Tasks that a task submits run in threads of
    its worker.
    """

    name = "dask"

    def __init__(
        self,
        cluster: Any = None,
        address: str | None = None,
        cluster_class: str | Callable[..., Any] | None = None,
        cluster_kwargs: dict[str, Any] | None = None,
        adapt_kwargs: dict[str, Any] | None = None,
        client_kwargs: dict[str, Any] | None = None,
        performance_report_path: str | None = None,
    ) -> None:
        super().__init__()
        _check(cluster, address, cluster_class, cluster_kwargs, adapt_kwargs)
        self.cluster = cluster
        self.address = address
        self.cluster_class = cluster_class
        self.cluster_kwargs = dict(cluster_kwargs or {})
        self.adapt_kwargs = dict(adapt_kwargs or {})
        self.client_kwargs = dict(client_kwargs or {})
        self.performance_report_path = performance_report_path
        self._exits = ExitStack()
        self._client: Any = None
        self._guard = threading.Lock()

    @property
    def client(self) -> Any:
        """The Dask client, None until the runner has started."""
        return self._client

    def _made_with(self) -> tuple[object, ...]:
        return (
            self.cluster, self.address, self.cluster_class, self.cluster_kwargs or None, self.adapt_kwargs or None,
            self.client_kwargs, self.performance_report_path,
        )  # fmt: skip

    def _new_future(self, task_run_id: UUID) -> PrefectDaskFuture:
        return PrefectDaskFuture(task_run_id)

    def _connect(self) -> None:
        """Connect, to a cluster made for the purpose if none was given."""
        distributed = _import_distributed()
        target = self.address or self.cluster
        if target is None:
            target = self._exits.enter_context(_made(self.cluster_class)(**self.cluster_kwargs))
            if self.adapt_kwargs:
                target.adapt(**self.adapt_kwargs)
        self._client = self._exits.enter_context(distributed.Client(target, **self.client_kwargs))
        if self.performance_report_path:
            self._exits.enter_context(distributed.performance_report(self.performance_report_path))

    def _send(self, future: PrefectDaskFuture, departure: Departure) -> None:
        remote: list[Any] = []
        token = REMOTE.set(remote)
        try:
            settled = departure.settled()
        finally:
            REMOTE.reset(token)
        if settled is not None:
            future.set_state(settled)
            return
        try:
            packed = pack(departure.shipment())
        except Exception as error:
            future.set_state(departure.lost(error))
            return
        key = f"{departure.task.name}-{future.task_run_id}"
        outcome = self._client.submit(run_packed_with, packed, remote, key=key, pure=False)
        future._wrapped_future = outcome
        header = self._client.submit(SentState.header, outcome, key=f"{key}-state", pure=False)
        header.add_done_callback(partial(self._settle, future, departure, outcome))

    def _settle(self, future: PrefectDaskFuture, departure: Departure, outcome: Any, header: Any) -> None:
        try:
            state = unpack_state(header.result(), self._runtime.backend.record)
            if state.data is None:
                state.data = DaskResult(outcome)
            else:
                future._wrapped_future = None  # or Dask would run it again if the worker that holds it died
            future.set_state(departure.arrived(state))
        except BaseException as error:
            future.set_state(departure.lost(_told(error)))

    def cancel_all(self) -> None:
        """Have Dask forget every call that has not ended, and let go of the cluster."""
        if self._client is not None:
            pending = [given for future in list(self._open) if (given := getattr(future, "wrapped_future", None))]
            super().cancel_all()
            self._client.cancel(pending, force=True)
            self._close()

    def _close(self) -> None:
        self._client = None
        self._exits.close()


def _told(error: BaseException) -> Exception:
    """What Dask says of a call it lost, as the crash it is."""
    if type(error).__name__ in ("KilledWorker", "CancelledError", "FutureCancelledError"):
        return CrashedRun(f"The Dask workers that ran this task died: {error}")
    return error if isinstance(error, Exception) else CrashedRun(repr(error))


def _check(cluster: Any, address: Any, cluster_class: Any, cluster_kwargs: Any, adapt_kwargs: Any) -> None:
    if address is not None and (cluster is not None or cluster_class or cluster_kwargs or adapt_kwargs):
        raise ValueError("Cannot specify `address` and `cluster`, `cluster_class`, `cluster_kwargs` or `adapt_kwargs`.")
    if cluster is not None and (cluster_class or cluster_kwargs):
        raise ValueError("Cannot specify `cluster` and `cluster_class`/`cluster_kwargs`")
    if (cluster_kwargs or {}).get("asynchronous") or getattr(cluster, "asynchronous", False):
        raise ValueError("The cluster must not be `asynchronous`: the runner waits for it in threads.")


def _import_distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise PrefectImportError(NEEDS_DASK) from error
    return distributed


def _made(cluster_class: str | Callable[..., Any] | None) -> Callable[..., Any]:
    if callable(cluster_class):
        return cluster_class
    from importlib import import_module

    module, _, name = (cluster_class or "distributed.LocalCluster").rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


@contextmanager
def get_dask_client(timeout: object = None, **client_kwargs: object) -> Iterator[Any]:
    """Within a task on a Dask worker, or a flow: a client of the cluster it runs on.

    Args:
        timeout: seconds to wait for the connection.
    """
    distributed = _import_distributed()
    try:
        worker = distributed.get_worker()
    except ValueError:
        address = _flows_address()
        with distributed.Client(address, timeout=timeout, **client_kwargs) as client:
            yield client
    else:
        with distributed.worker_client(timeout=timeout or 3) as client:
            assert worker is not None
            yield client


@asynccontextmanager
async def get_async_dask_client(timeout: object = None, **client_kwargs: object) -> AsyncIterator[Any]:  # noqa: ASYNC109
    """`get_dask_client`, for async tasks and flows."""
    distributed = _import_distributed()
    try:
        address = distributed.get_worker().scheduler.address
    except ValueError:
        address = _flows_address()
    async with distributed.Client(address, asynchronous=True, timeout=timeout, **client_kwargs) as client:
        yield client


def _flows_address() -> str | None:
    context = FlowRunContext.get()
    runner = None if context is None else context.runner()
    client = getattr(runner, "client", None)
    return None if client is None else str(client.scheduler.address)
