"""Functions that block in ordinary code and give an awaitable in asynchronous code.

What counts as asynchronous is the run that the code belongs to: a sync task keeps blocking when an async flow calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from prefect.core.lifecycle.states import provide_awaiting
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.results.surroundings import surroundings
from prefect.utilities.asyncutils import in_running_loop
from prefect.utilities.twins import twin

P = ParamSpec("P")
R = TypeVar("R")


def in_async_code() -> bool:
    """Whether an event loop runs here and the current run, if there is one, is asynchronous."""
    if not in_running_loop():
        return False
    task, flow = TaskRunContext.current.get(), FlowRunContext.current.get()
    if task is not None:
        return task.task.isasync
    return flow is None or flow.flow.isasync


def dispatched(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, giving an awaitable of its result in asynchronous code."""
    asynchronous = twin(function)

    @wraps(function)
    def either(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_async_code():
            return cast(R, asynchronous(*args, **kwargs))
        return function(*args, **kwargs)

    either.__name__ = either.__qualname__ = function.__name__.lstrip("_")
    return either


surroundings.asynchronous = in_async_code
provide_awaiting(in_async_code)
