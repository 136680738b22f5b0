"""Pausing, suspending and resuming flow runs, by their own code or from outside, and waiting for them to end."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from uuid import UUID

from prefect.connect import current_runtime
from prefect.core.lifecycle.runs import FlowRun
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.dispatch import in_async_code
from prefect.engine.drive import adrive, drive
from prefect.engine.runs import resuming
from prefect.engine.steps import Block, Sleep, Steps
from prefect.exceptions import FlowRunWaitTimeout

__all__ = [
    "apause_flow_run",
    "aresume_flow_run",
    "asuspend_flow_run",
    "pause_flow_run",
    "resume_flow_run",
    "suspend_flow_run",
    "wait_for_flow_run",
]

PAUSE_SECONDS, POLL_SECONDS = 3600, 10
WAIT_SECONDS, LOOK_SECONDS = 10_800, 1.0

logger = logging.getLogger("prefect")


def pause_flow_run(
    wait_for_input: object = None,
    timeout: float = PAUSE_SECONDS,
    poll_interval: float = POLL_SECONDS,
    key: str | None = None,
) -> Any:
    """Have the current flow run wait, in its process, until somebody resumes it; tasks already submitted go on.

    Args:
        wait_for_input: not supported yet.
        timeout: seconds after which the run fails unless it was resumed.
        poll_interval: seconds between two looks at the record.
        key: by which the pause is known when the run is started again, so that it happens once; the pauses of a run are
            numbered unless given.

    In asynchronous code the result is awaitable. Raises RuntimeError outside of flows, FlowPauseTimeout when the time is
    over, Abort if the run is ended meanwhile.
    """
    return _performed(_pause(wait_for_input, timeout, poll_interval, key))


async def apause_flow_run(
    wait_for_input: object = None,
    timeout: float = PAUSE_SECONDS,  # noqa: ASYNC109 - a pause's, not the call's
    poll_interval: float = POLL_SECONDS,
    key: str | None = None,
) -> None:
    """`pause_flow_run`, for async code."""
    await adrive(_pause(wait_for_input, timeout, poll_interval, key))


def suspend_flow_run(
    wait_for_input: object = None, flow_run_id: UUID | None = None, timeout: float | None = None, key: str | None = None
) -> Any:
    """End the current flow run's process until the run is resumed; then what had finished is not done again.

    Tasks already submitted are finished first. The run ends by the signal `Pause`, which leaves the flow call. It is
    resumed by `flow.resume`, `prefect flow-run retry`, or `resume_flow_run` if a deployment's workers are to start it.

    Args:
        wait_for_input: not supported yet.
        flow_run_id: another run, which is running; the current one unless given.
        timeout: seconds after which the run can no longer be resumed; no limit unless given.
        key: as for `pause_flow_run`.

    In asynchronous code the result is awaitable. Raises RuntimeError outside of flows, in tasks and in subflows.
    """
    return _performed(_suspend(wait_for_input, flow_run_id, timeout, key))


async def asuspend_flow_run(
    wait_for_input: object = None,
    flow_run_id: UUID | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - a suspension's, not the call's
    key: str | None = None,
) -> None:
    """`suspend_flow_run`, for async code."""
    await adrive(_suspend(wait_for_input, flow_run_id, timeout, key))


def resume_flow_run(flow_run_id: UUID | str, run_input: dict[str, Any] | None = None) -> Any:
    """Let a paused run go on, and have a suspended one scheduled.

    Args:
        run_input: not supported yet.

    In asynchronous code the result is awaitable. Raises NotPausedError, FlowPauseTimeout if the pause is over,
    ObjectNotFound.
    """
    return _performed(_resume(flow_run_id, run_input))


async def aresume_flow_run(flow_run_id: UUID | str, run_input: dict[str, Any] | None = None) -> None:
    """`resume_flow_run`, for async code."""
    await adrive(_resume(flow_run_id, run_input))


async def wait_for_flow_run(
    flow_run_id: UUID | str,
    timeout: float | None = WAIT_SECONDS,  # noqa: ASYNC109 - the name users know
    poll_interval: float | None = None,
    client: object = None,
    log_states: bool = False,
) -> FlowRun:
    """The flow run of that id, once it has ended.

    Args:
        timeout: seconds to wait; None for no limit.
        poll_interval: seconds between two looks at the record, 1 unless given.
        client: accepted for compatibility; the record is looked at where the settings say it is.
        log_states: log each state that is seen.

    Raises FlowRunWaitTimeout when the time is over, ObjectNotFound.
    """
    return await adrive(_wait(UUID(str(flow_run_id)), timeout, poll_interval or LOOK_SECONDS, log_states))


def _wait(run_id: UUID, timeout: float | None, poll_interval: float, log_states: bool) -> Steps[FlowRun]:
    runtime = current_runtime()
    deadline = float("inf") if timeout is None else runtime.clock.monotonic() + timeout
    seen = None
    while True:
        run: FlowRun = yield Block(partial(runtime.backend.read_flow_run, run_id))
        if log_states and run.state_name != seen:
            logger.info("Flow run is in state %r", run.state_name)
        seen = run.state_name
        if run.state is not None and run.state.is_final():
            return run
        left = deadline - runtime.clock.monotonic()
        if left <= 0:
            raise FlowRunWaitTimeout(f"Flow run with ID {run_id} exceeded watch timeout of {timeout} seconds")
        yield Sleep(min(poll_interval, left))


def _performed(steps: Steps[None]) -> object:
    return adrive(steps) if in_async_code() else drive(steps)


def _pause(wait_for_input: object, timeout: float, poll_interval: float, key: str | None) -> Steps[None]:
    _refuse_input("wait_for_input", wait_for_input)
    context = FlowRunContext.current.get()
    if context is None:
        raise RuntimeError("Flow runs can only be paused from within a flow run.")
    yield from resuming.Stop(context, key, timeout).pause(poll_interval)


def _suspend(wait_for_input: object, flow_run_id: UUID | None, timeout: float | None, key: str | None) -> Steps[None]:
    _refuse_input("wait_for_input", wait_for_input)
    context = FlowRunContext.current.get()
    if flow_run_id is not None and (context is None or context.flow_run.id != flow_run_id):
        yield from resuming.suspend_from_outside(current_runtime(), UUID(str(flow_run_id)), timeout, key)
        return
    if TaskRunContext.current.get() is not None:
        raise RuntimeError("Cannot suspend task runs.")
    if context is None:
        raise RuntimeError("Flow runs can only be suspended from within a flow run.")
    yield from resuming.Stop(context, key, timeout).suspend()


def _resume(flow_run_id: UUID | str, run_input: dict[str, Any] | None) -> Steps[None]:
    _refuse_input("run_input", run_input)
    yield from resuming.resume(current_runtime(), UUID(str(flow_run_id)))


def _refuse_input(option: str, value: object) -> None:
    if value is not None:
        raise ValueError(f"{option} is not supported yet: set a variable, and read it when the run has been resumed.")
