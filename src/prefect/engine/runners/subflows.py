"""Subflows in parallel: `flow.submit` and `flow.map`, on the thread pool of the current flow run."""

from __future__ import annotations

import contextvars
from collections.abc import Iterable
from functools import partial
from typing import Any

from prefect.engine.calls.shapes import AnyState, Parameters
from prefect.engine.context import FlowRunContext
from prefect.engine.futures import PrefectConcurrentFuture, PrefectFutureList
from prefect.engine.runners.base import when_ready
from prefect.engine.runners.mapping import mapped_calls
from prefect.engine.runs.entry import run_flow, run_flow_async
from prefect.engine.runs.failures import crashed_state
from prefect.engine.specs import FlowSpec
from prefect.exceptions import MissingContextError


def submit_flow(flow: FlowSpec, parameters: dict[str, object], wait_for: Iterable[object] | None) -> Any:
    """Run a subflow beside its parent; returns its future. Raises MissingContextError outside of flows."""
    context = FlowRunContext.get()
    if context is None:
        raise MissingContextError("`flow.submit` and `flow.map` work within a flow: there is no active flow run here.")
    future: PrefectConcurrentFuture[object] = PrefectConcurrentFuture(context.clock.new_id())
    context.subflows.track(future)
    job = partial(_settle, future, contextvars.copy_context(), partial(_run, flow, parameters, wait_for), context)
    when_ready(parameters, wait_for, partial(context.subflows.submit, job))
    return future


def map_flow(flow: FlowSpec, parameters: dict[str, object], wait_for: Iterable[object] | None) -> Any:
    """Submit a subflow for each item of the iterable parameters."""
    futures: PrefectFutureList[Any] = PrefectFutureList()
    futures.extend(submit_flow(flow, call, wait_for) for call in mapped_calls(flow, parameters))
    return futures


def _run(flow: FlowSpec, parameters: Parameters, wait_for: Iterable[Any] | None) -> AnyState:
    if not flow.isasync:
        state: AnyState = run_flow(flow, parameters, wait_for, return_state=True)
        return state
    import asyncio

    return asyncio.run(run_flow_async(flow, parameters, wait_for, return_state=True))


def _settle(
    future: PrefectConcurrentFuture[Any], context: contextvars.Context, call: Any, parent: FlowRunContext
) -> None:
    try:
        state: AnyState = context.run(call)
    except BaseException as error:
        state = crashed_state(error, parent.clock.now())
    future.set_state(state)
