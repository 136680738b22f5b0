"""Running a task by hand: what calling it does, for code that already has its parameters or its run's id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple
from uuid import UUID

from prefect.context import hydrated_context
from prefect.core.lifecycle.runs import TaskRun
from prefect.engine.drive import adrive, drive
from prefect.engine.runs.entry import outcome, task_execution
from prefect.engine.runs.generators import iterate, iterate_async
from prefect.engine.runs.task_run import TaskExecution
from prefect.engine.timeouts import DeadlineReached as TaskRunTimeoutError
from prefect.tasks import Task
from prefect.utilities.callables import taking

__all__ = [
    "TaskRunTimeoutError",
    "run_generator_task_async",
    "run_generator_task_sync",
    "run_task",
    "run_task_async",
    "run_task_sync",
]


class TaskCall(NamedTuple):
    """What the functions below take."""

    task: Task[..., object]
    task_run_id: UUID | None = None
    task_run: TaskRun | None = None
    parameters: dict[str, object] | None = None
    wait_for: Iterable[object] | None = None
    return_type: Literal["state", "result"] = "result"
    dependencies: Mapping[str, set[object]] | None = None
    context: dict[str, object] | None = None

    def execution(self) -> TaskExecution:
        """The run, made ready."""
        run_id = self.task_run_id if self.task_run is None else self.task_run.id
        return task_execution(self.task, dict(self.parameters or {}), self.wait_for, run_id)


@taking(TaskCall)
def run_task(call: TaskCall) -> Any:
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
    if call.task.isgenerator:
        return (run_generator_task_async if call.task.isasync else run_generator_task_sync)(*call)
    return (run_task_async if call.task.isasync else run_task_sync)(*call)


@taking(TaskCall)
def run_task_sync(call: TaskCall) -> Any:
    """`run_task` for a sync task."""
    with hydrated_context(call.context):
        return outcome(drive(call.execution().steps()), call.return_type == "state")


@taking(TaskCall)
async def run_task_async(call: TaskCall) -> Any:
    """`run_task` for an async task."""
    with hydrated_context(call.context):
        return outcome(await adrive(call.execution().steps()), call.return_type == "state")


@taking(TaskCall)
def run_generator_task_sync(call: TaskCall) -> Iterator[Any]:
    """`run_task` for a task that yields."""
    with hydrated_context(call.context):
        return iterate(call.execution())


@taking(TaskCall)
def run_generator_task_async(call: TaskCall) -> AsyncIterator[Any]:
    """`run_task` for an async task that yields."""
    with hydrated_context(call.context):
        return iterate_async(call.execution())
