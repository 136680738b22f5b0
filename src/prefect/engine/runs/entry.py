"""The ways into the engine: run a task or a flow, now or as a coroutine."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import value_of
from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.config import EngineConfig, current_config
from prefect.engine.context import FlowRunContext
from prefect.engine.dispatch import in_async_code as in_async_code
from prefect.engine.drive import adrive, drive
from prefect.engine.logs.prints import watch_prints
from prefect.engine.logs.setup import setup_logging
from prefect.engine.runs.flow_run import FlowExecution
from prefect.engine.runs.task_run import TaskExecution
from prefect.engine.runtime import Runtime, current_runtime
from prefect.engine.specs import FlowSpec, TaskSpec


def surroundings() -> tuple[Runtime, EngineConfig]:
    """Runtime and configuration: those of the current flow run, or those in force."""
    context = FlowRunContext.current.get()
    if context is not None:
        return context.runtime, context.config
    config = current_config()
    setup_logging(config)
    return current_runtime(), config


def outcome(state: AnyState, return_state: bool) -> Any:
    """What a caller gets: the state, or its value, or its exception raised."""
    return state if return_state else value_of(state, raise_on_failure=True)


def task_execution(
    task: TaskSpec,
    parameters: Parameters,
    wait_for: Iterable[Any] | None = None,
    task_run_id: UUID | None = None,
    map_index: int | None = None,
    submitted: int | None = None,
) -> TaskExecution:
    """A call of `task`, made ready to run."""
    runtime, config = surroundings()
    if task.log_prints:
        watch_prints()
    return TaskExecution(task, parameters, runtime, config, wait_for, task_run_id, map_index, submitted)


def task_outcome(execution: TaskExecution, state: AnyState, return_state: bool) -> Any:
    """As `outcome`; a state that the function returned is given back, and a call whose inputs failed gives None."""
    if return_state:
        return state
    if execution.value is not None:
        return execution.value
    return None if state.name == "NotReady" else value_of(state, raise_on_failure=True)


def run_task(
    task: TaskSpec, parameters: dict[str, object], wait_for: Iterable[object] | None, return_state: bool
) -> Any:
    """Run a sync task now."""
    execution = task_execution(task, parameters, wait_for)
    return task_outcome(execution, drive(execution.steps()), return_state)


async def run_task_async(
    task: TaskSpec, parameters: Parameters, wait_for: Iterable[Any] | None, return_state: bool
) -> Any:
    """Run an async task."""
    execution = task_execution(task, parameters, wait_for)
    return task_outcome(execution, await adrive(execution.steps()), return_state)


def run_submitted(
    task: TaskSpec,
    parameters: Parameters,
    wait_for: Iterable[Any] | None,
    task_run_id: UUID,
    map_index: int | None = None,
    submitted: int | None = None,
) -> AnyState:
    """Run a task in a thread of a runner, sync or async, to its final state."""
    execution = task_execution(task, parameters, wait_for, task_run_id, map_index, submitted)
    if task.isgenerator:
        execution.collect = partial(collected_async if task.isasync else collected, task)
    if not task.isasync:
        return drive(execution.steps())
    import asyncio

    return asyncio.run(_awaited(adrive(execution.steps())))


def collected(task: TaskSpec, parameters: dict[str, object]) -> list[object]:
    """Everything that a generator task yields."""
    return list(task.binder.call(parameters))


async def collected_async(task: TaskSpec, parameters: dict[str, object]) -> list[object]:
    """Everything that an async generator task yields."""
    return [item async for item in task.binder.call(parameters)]


async def _awaited(coroutine: Coroutine[Any, Any, AnyState]) -> AnyState:
    return await coroutine


def flow_execution(
    flow: FlowSpec,
    parameters: Parameters,
    wait_for: Iterable[Any] | None = None,
    flow_run_id: UUID | None = None,
    replay_from: UUID | None = None,
) -> FlowExecution:
    """A run of `flow`, made ready."""
    runtime, config = surroundings()
    if flow.log_prints or config.logging_log_prints:
        watch_prints()
    return FlowExecution(flow, parameters, runtime, config, wait_for, flow_run_id, replay_from)


def run_flow(
    flow: FlowSpec,
    parameters: Parameters,
    wait_for: Iterable[Any] | None = None,
    return_state: bool = False,
    flow_run_id: UUID | None = None,
    replay_from: UUID | None = None,
) -> Any:
    """Run a sync flow now."""
    execution = flow_execution(flow, parameters, wait_for, flow_run_id, replay_from)
    return outcome(drive(execution.steps()), return_state)


async def run_flow_async(
    flow: FlowSpec,
    parameters: Parameters,
    wait_for: Iterable[Any] | None = None,
    return_state: bool = False,
    flow_run_id: UUID | None = None,
    replay_from: UUID | None = None,
) -> Any:
    """Run an async flow."""
    execution = flow_execution(flow, parameters, wait_for, flow_run_id, replay_from)
    return outcome(await adrive(execution.steps()), return_state)


# --- submitting

NO_RUNNER = (
    "Unable to determine task runner to use for submission. If you are submitting a task outside of a flow, please use"
    " `.delay` to submit the task run for deferred execution."
)


NO_RUNNER_FOR_MAP = (
    "Unable to determine task runner to use for mapped task runs. If you are mapping a task outside of a flow, please"
    " provide `deferred=True` to submit the mapped task runs for deferred execution."
)


def runner_for_submission(mapped: bool = False) -> Any:
    """The current flow run's task runner. Raises RuntimeError outside of flows."""
    context = FlowRunContext.get()
    if context is None:
        raise RuntimeError(NO_RUNNER_FOR_MAP if mapped else NO_RUNNER)
    return context.runner()
