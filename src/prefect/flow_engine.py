"""Running a flow by hand: what calling it does, for code that already has its parameters or its run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Literal
from uuid import UUID

from prefect.connect import current_runtime
from prefect.context import hydrated_context
from prefect.core.lifecycle.runs import FlowRun
from prefect.engine.runs import entry
from prefect.engine.runs.generators import iterate, iterate_async
from prefect.engine.runs.resuming import stored_parameters
from prefect.engine.timeouts import DeadlineReached as FlowRunTimeoutError

__all__ = [
    "FlowRunTimeoutError",
    "load_flow_run",
    "run_flow",
    "run_flow_async",
    "run_flow_sync",
    "run_generator_flow_async",
    "run_generator_flow_sync",
]

ReturnType = Literal["state", "result"]


def load_flow_run(flow_run_id: UUID) -> FlowRun:
    """The flow run of that id. Raises ObjectNotFound."""
    return current_runtime().backend.read_flow_run(flow_run_id)


def _call(
    flow: Any, flow_run: FlowRun | None, flow_run_id: UUID | None, parameters: dict[str, Any] | None
) -> tuple[dict[str, Any], UUID | None]:
    """Parameters, and the id of the run to go on with; the run's own parameters unless others are given."""
    run_id = flow_run.id if flow_run is not None else flow_run_id
    if parameters is None and run_id is not None:
        return stored_parameters(flow, run_id), run_id
    return dict(parameters or {}), run_id


def run_flow(
    flow: Any,
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    error_logger: Any = None,
    context: dict[str, Any] | None = None,
    flow_run_id: UUID | None = None,
) -> Any:
    """Run a flow now.

    Args:
        flow_run, flow_run_id: a run on record to begin or to go on with; a new one unless given.
        parameters: by name; those of the run on record unless given.
        wait_for: what must complete first.
        return_type: the value, or the final state.
        error_logger: told of an exception that leaves the run.
        context: what `prefect.context.serialize_context` returned; run inside of it.

    An async flow gives a coroutine, a generator flow an iterator. Raises what the flow raises, unless states are asked
    for; ObjectNotFound if there is no such run.
    """
    chosen = _runner(flow)
    try:
        return chosen(flow, flow_run, parameters, wait_for, return_type, context, flow_run_id)
    except Exception:
        if error_logger is not None:
            error_logger.error("Engine execution exited with unexpected exception", exc_info=True)
        raise


def _runner(flow: Any) -> Any:
    if flow.isgenerator:
        return run_generator_flow_async if flow.isasync else run_generator_flow_sync
    return run_flow_async if flow.isasync else run_flow_sync


def run_flow_sync(
    flow: Any,
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    context: dict[str, Any] | None = None,
    flow_run_id: UUID | None = None,
) -> Any:
    """`run_flow` for a sync flow."""
    with hydrated_context(context):
        given, run_id = _call(flow, flow_run, flow_run_id, parameters)
        return entry.run_flow(flow, given, wait_for, return_type == "state", run_id)


async def run_flow_async(
    flow: Any,
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    context: dict[str, Any] | None = None,
    flow_run_id: UUID | None = None,
) -> Any:
    """`run_flow` for an async flow."""
    with hydrated_context(context):
        given, run_id = _call(flow, flow_run, flow_run_id, parameters)
        return await entry.run_flow_async(flow, given, wait_for, return_type == "state", run_id)


def run_generator_flow_sync(
    flow: Any,
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    context: dict[str, Any] | None = None,
    flow_run_id: UUID | None = None,
) -> Iterator[Any]:
    """`run_flow` for a flow that yields."""
    with hydrated_context(context):
        given, run_id = _call(flow, flow_run, flow_run_id, parameters)
        items: Iterator[Any] = iterate(entry.flow_execution(flow, given, wait_for, run_id))
        return items


def run_generator_flow_async(
    flow: Any,
    flow_run: FlowRun | None = None,
    parameters: dict[str, Any] | None = None,
    wait_for: Iterable[Any] | None = None,
    return_type: ReturnType = "result",
    context: dict[str, Any] | None = None,
    flow_run_id: UUID | None = None,
) -> AsyncIterator[Any]:
    """`run_flow` for an async flow that yields."""
    with hydrated_context(context):
        given, run_id = _call(flow, flow_run, flow_run_id, parameters)
        items: AsyncIterator[Any] = iterate_async(entry.flow_execution(flow, given, wait_for, run_id))
        return items
