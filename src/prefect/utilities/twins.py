"""Async twins: the same blocking function, for code that must not wait for it in its event loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def twin(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """A coroutine function that calls `function` in a thread, in the caller's context, and returns what it returns."""

    @wraps(function)
    async def asynchronous(*args: P.args, **kwargs: P.kwargs) -> R:
        import asyncio

        return await asyncio.to_thread(function, *args, **kwargs)

    asynchronous.__name__ = asynchronous.__qualname__ = f"a{function.__name__.lstrip('_')}"
    return asynchronous
