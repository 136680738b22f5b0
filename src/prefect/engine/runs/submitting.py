"""Handing a task to the current flow run's task runner."""

from __future__ import annotations

from typing import Any

from prefect.engine.context import FlowRunContext

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
