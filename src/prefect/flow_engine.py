"""Running a flow by hand: what calling it does, for code that already has its parameters or its run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from logging import Logger
from typing import Any, Literal, NamedTuple
from uuid import UUID

from prefect.connect import current_runtime
from prefect.context import hydrated_context
from prefect.core.lifecycle.runs import FlowRun
from prefect.engine.runs import entry
from prefect.engine.runs.flow_run import FlowExecution
from prefect.engine.runs.generators import iterate, iterate_async
from prefect.engine.runs.resuming import stored_parameters
from prefect.engine.timeouts import DeadlineReached as FlowRunTimeoutError
from prefect.flows import Flow
from prefect.utilities.callables import taking

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


class FlowCall(NamedTuple):
    """What the functions below take."""

    flow: Flow[..., object]
    flow_run: FlowRun | None = None
    parameters: dict[str, object] | None = None
    wait_for: Iterable[object] | None = None
    return_type: ReturnType = "result"
    context: dict[str, object] | None = None
    flow_run_id: UUID | None = None

    @property
    def run_id(self) -> UUID | None:
        """Id of the run to begin or to go on with; None for a new one."""
        return self.flow_run_id if self.flow_run is None else self.flow_run.id

    def settled(self) -> dict[str, object]:
        """The parameters; the run's own unless others are given."""
        if self.parameters is None and self.run_id is not None:
            return stored_parameters(self.flow, self.run_id)
        return dict(self.parameters or {})

    def execution(self) -> FlowExecution:
        """The run, made ready."""
        return entry.flow_execution(self.flow, self.settled(), self.wait_for, self.run_id)


def run_flow(
    flow: Flow[..., object],
    flow_run: FlowRun | None = None,
    parameters: dict[str, object] | None = None,
    wait_for: Iterable[object] | None = None,
    return_type: ReturnType = "result",
    error_logger: Logger | None = None,
    context: dict[str, object] | None = None,
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
    call = FlowCall(flow, flow_run, parameters, wait_for, return_type, context, flow_run_id)
    try:
        if flow.isgenerator:
            return (run_generator_flow_async if flow.isasync else run_generator_flow_sync)(*call)
        return (run_flow_async if flow.isasync else run_flow_sync)(*call)
    except Exception:
        if error_logger is not None:
            error_logger.error("Engine execution exited with unexpected exception", exc_info=True)
        raise


@taking(FlowCall)
def run_flow_sync(call: FlowCall) -> Any:
    """`run_flow` for a sync flow."""
    with hydrated_context(call.context):
        return entry.run_flow(call.flow, call.settled(), call.wait_for, call.return_type == "state", call.run_id)


@taking(FlowCall)
async def run_flow_async(call: FlowCall) -> Any:
    """`run_flow` for an async flow."""
    with hydrated_context(call.context):
        settled = call.settled()
        return await entry.run_flow_async(call.flow, settled, call.wait_for, call.return_type == "state", call.run_id)


@taking(FlowCall)
def run_generator_flow_sync(call: FlowCall) -> Iterator[Any]:
    """`run_flow` for a flow that yields."""
    with hydrated_context(call.context):
        return iterate(call.execution())


@taking(FlowCall)
def run_generator_flow_async(call: FlowCall) -> AsyncIterator[Any]:
    """`run_flow` for an async flow that yields."""
    with hydrated_context(call.context):
        return iterate_async(call.execution())
