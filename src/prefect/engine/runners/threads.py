"""Tasks in threads of this process: the default runner."""

from __future__ import annotations

import contextvars
from collections.abc import Iterable
from functools import partial
from typing import Any, Self

from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.config import current_config
from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectConcurrentFuture, PrefectFuture, register_lender
from prefect.engine.pool import GrowingPool, lend_slot
from prefect.engine.runners.base import TaskRunner, when_ready
from prefect.engine.runs.entry import run_submitted
from prefect.engine.runs.failures import crashed_state
from prefect.engine.runtime import current_runtime

register_lender(lend_slot)


class ThreadPoolTaskRunner(TaskRunner[PrefectConcurrentFuture[Any]]):
    """Runs tasks in threads.

    Args:
        max_workers: tasks that run at once; as many as it takes unless given here or by
            PREFECT_TASKS_RUNNER_THREAD_POOL_MAX_WORKERS. Whatever the number, nothing deadlocks: a task that waits for
            others does not count.

    Raises ValueError if `max_workers` is less than 1.
    """

    name = "threads"

    def __init__(self, max_workers: int | None = None) -> None:
        super().__init__()
        if max_workers is not None and max_workers < 1:
            raise ValueError(f"max_workers must be 1 or more, not {max_workers}.")
        self.max_workers = max_workers
        self._pool: GrowingPool | None = None

    def _made_with(self) -> tuple[object, ...]:
        return (self.max_workers,)

    def duplicate(self) -> Self:
        """A new runner of the same settings."""
        return type(self)(max_workers=self.max_workers)

    def start(self, context: FlowRunContext | None) -> None:
        """Make the pool; threads come with the calls."""
        super().start(context)
        limit = self.max_workers or current_config().thread_pool_max_workers
        self._pool = GrowingPool(limit, "prefect-task")
        self._runtime = current_runtime() if context is None else context.runtime

    def submit(
        self,
        task: Any,
        parameters: Parameters,
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
        map_index: int | None = None,
        **options: Any,
    ) -> PrefectConcurrentFuture[Any]:
        """Run a call of `task` in a thread; returns its future at once."""
        if self._pool is None:
            raise RuntimeError("Task runner is not started: use it within a flow, or in a `with` block.")
        clock = self._runtime.clock
        future: PrefectConcurrentFuture[Any] = PrefectConcurrentFuture(clock.new_id())
        call = partial(
            run_submitted,
            task,
            parameters,
            wait_for,
            future.task_run_id,
            map_index=map_index,
            submitted=clock.now(),
        )
        job = partial(_settle, future, contextvars.copy_context(), call, clock)
        self._track(future)
        try:
            when_ready(parameters, wait_for, partial(self._pool.submit, job))
        except BaseException:
            self._untrack(future)
            raise
        return future

    def cancel_all(self) -> None:
        """Start nothing any more; calls that have begun go on unwatched."""
        if self._pool is not None:
            self._pool.cancel()
        super().cancel_all()

    def finish(self) -> None:
        """Wait for every call submitted."""
        try:
            super().finish()
        finally:
            if self._pool is not None:
                self._pool.close()


def _settle(future: PrefectConcurrentFuture[Any], context: contextvars.Context, call: Any, clock: Any) -> None:
    """Run a call in its context and settle its future, whatever happens."""
    try:
        state: AnyState = context.run(call)
    except BaseException as error:
        state = crashed_state(error, clock.now())
    future.set_state(state)


ConcurrentTaskRunner = ThreadPoolTaskRunner
