"""Crossing between blocking and asynchronous code. `asyncio` is loaded only where a loop is really needed."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def is_async_fn(func: Callable[..., object]) -> bool:
    """Whether a function, once unwrapped, is a coroutine function."""
    import inspect

    return inspect.iscoroutinefunction(inspect.unwrap(func))


def is_async_gen_fn(func: Callable[..., object]) -> bool:
    """Whether a function, once unwrapped, is an asynchronous generator function."""
    import inspect

    return inspect.isasyncgenfunction(inspect.unwrap(func))


def in_running_loop() -> bool:
    """Whether an event loop is running in this thread; costs nothing where asyncio was never loaded."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def run_coro_as_sync(coroutine: Coroutine[object, object, R]) -> R:
    """The result of a coroutine, waited for in a new loop; in a thread of its own if a loop runs here."""
    import asyncio

    if not in_running_loop():
        return asyncio.run(coroutine)
    return _in_thread(lambda: asyncio.run(coroutine))


def _in_thread(call: Callable[[], R]) -> R:
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1, "prefect-sync") as pool:
        return pool.submit(copy_context().run, call).result()


def wait_if_awaitable(value: R | Awaitable[R]) -> R:
    """A value as it is, and what is awaitable waited for."""
    if isinstance(value, Awaitable):
        return run_coro_as_sync(_awaited(cast(Awaitable[R], value)))
    return value


async def _awaited(value: Awaitable[R]) -> R:
    return await value


async def run_sync_in_worker_thread(fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a blocking function, run in a thread while the event loop goes on."""
    import asyncio

    return await asyncio.to_thread(fn, *args, **kwargs)


def sync_compatible(async_fn: Callable[P, Coroutine[Any, Any, R]]) -> Callable[..., Any]:
    """Have an asynchronous function called from both colours: where no loop runs, its result is waited for.

    The function itself stays there as `aio`; callers choose with `_sync`, where it is given.
    """

    @wraps(async_fn)
    def call(*args: Any, _sync: bool | None = None, **kwargs: Any) -> object:
        waits = not in_running_loop() if _sync is None else _sync
        return run_coro_as_sync(async_fn(*args, **kwargs)) if waits else async_fn(*args, **kwargs)

    vars(call)["aio"] = async_fn
    return call


async def gather(*calls: Callable[[], Coroutine[Any, Any, R]]) -> list[R]:
    """The results of asynchronous functions that run at once, in order."""
    import asyncio

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(call()) for call in calls]
    return [task.result() for task in tasks]
