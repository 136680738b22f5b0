"""Running a task by hand: what calling it does, for code that already has its parameters or its run's id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Literal
from uuid import UUID

from prefect.context import hydrated_context
from prefect.core.lifecycle.runs import TaskRun
from prefect.engine.drive import adrive, drive
from prefect.engine.runs.entry import outcome, task_execution
from prefect.engine.runs.generators import iterate, iterate_async
from prefect.engine.timeouts import DeadlineReached as TaskRunTimeoutError

__all__ = [
    "TaskRunTimeoutError",
    "run_generator_task_async",
    "run_generator_task_sync",
    "run_task",
    "run_task_async",
    "run_task_sync",
]

ReturnType = Literal["state", "result"]


def _execution(
    task: Any,
    task_run_id: UUID | None,
    task_run: TaskRun | None,
    parameters: dict[str, Any] | None,
    wait_for: Iterable[Any] | None,
) -> Any:
    run_id = task_run.id if task_run is not None else task_run_id
    return task_execution(task, dict(parameters or {}), wait_for, run_id)


def run_task(
    task: Any,
    task_run_id: UUID | None = None,
    task_run: TaskRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    dependencies: dict[str, set[Any]] | None = None,
    context: dict[str, Any] | None = None,
) -> Any:
    """Run a task now.

    Args:
        task_run_id, task_run: the run's id, or a run that has it; a new one unless given.
        parameters: by name; may contain futures and states.
        wait_for: what must complete first.
        return_type: the value, or the final state.
        context: what `prefect.context.serialize_context` returned; run inside of it.

    An async task gives a coroutine, a generator task an iterator. Raises what the task raises, unless states are asked
    for.
    """
    chosen = _runner(task)
    return chosen(task, task_run_id, task_run, parameters, wait_for, return_type, dependencies, context)


def _runner(task: Any) -> Any:
    if task.isgenerator:
        return run_generator_task_async if task.isasync else run_generator_task_sync
    return run_task_async if task.isasync else run_task_sync


def run_task_sync(
    task: Any,
    task_run_id: UUID | None = None,
    task_run: TaskRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    dependencies: dict[str, set[Any]] | None = None,
    context: dict[str, Any] | None = None,
) -> Any:
    """`run_task` for a sync task."""
    with hydrated_context(context):
        execution = _execution(task, task_run_id, task_run, parameters, wait_for)
        return outcome(drive(execution.steps()), return_type == "state")


async def run_task_async(
    task: Any,
    task_run_id: UUID | None = None,
    task_run: TaskRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    dependencies: dict[str, set[Any]] | None = None,
    context: dict[str, Any] | None = None,
) -> Any:
    """`run_task` for an async task."""
    with hydrated_context(context):
        execution = _execution(task, task_run_id, task_run, parameters, wait_for)
        return outcome(await adrive(execution.steps()), return_type == "state")


def run_generator_task_sync(
    task: Any,
    task_run_id: UUID | None = None,
    task_run: TaskRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    dependencies: dict[str, set[Any]] | None = None,
    context: dict[str, Any] | None = None,
) -> Iterator[Any]:
    """`run_task` for a task that yields."""
    with hydrated_context(context):
        items: Iterator[Any] = iterate(_execution(task, task_run_id, task_run, parameters, wait_for))
        return items


def run_generator_task_async(
    task: Any,
    task_run_id: UUID | None = None,
    task_run: TaskRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    dependencies: dict[str, set[Any]] | None = None,
    context: dict[str, Any] | None = None,
) -> AsyncIterator[Any]:
    """`run_task` for an async task that yields."""
    with hydrated_context(context):
        execution = _execution(task, task_run_id, task_run, parameters, wait_for)
        items: AsyncIterator[Any] = iterate_async(execution)
        return items
