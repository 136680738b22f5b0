from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextvars import ContextVar
from functools import wraps

import pytest

from prefect.utilities.asyncutils import (
    gather,
    in_running_loop,
    is_async_fn,
    is_async_gen_fn,
    run_coro_as_sync,
    run_sync_in_worker_thread,
    sync_compatible,
    wait_if_awaitable,
)

current: ContextVar[int] = ContextVar("current", default=0)


async def read() -> int:
    await asyncio.sleep(0)
    return current.get()


async def numbers() -> AsyncIterator[int]:
    yield 1


def test_kinds_of_functions() -> None:
    @wraps(read)
    def wrapped() -> None: ...

    assert [is_async_fn(each) for each in (read, wrapped, numbers, len)] == [True, True, False, False]
    assert [is_async_gen_fn(each) for each in (read, numbers)] == [False, True]


def test_waiting_for_a_coroutine() -> None:
    assert not in_running_loop()
    current.set(5)
    assert run_coro_as_sync(read()) == 5
    assert wait_if_awaitable(read()) == 5
    assert wait_if_awaitable(7) == 7


async def test_waiting_inside_a_loop() -> None:
    assert in_running_loop()
    current.set(6)
    assert run_coro_as_sync(read()) == 6
    with pytest.raises(ZeroDivisionError):
        run_coro_as_sync(fail())


async def fail() -> int:
    return 1 // 0


async def test_working_in_a_thread() -> None:
    current.set(7)
    assert await run_sync_in_worker_thread(current.get) == 7
    assert not await run_sync_in_worker_thread(in_running_loop)


def test_asking_for_a_loop_loads_nothing() -> None:
    code = (
        "from prefect.utilities.asyncutils import in_running_loop; import sys; "
        "print(in_running_loop(), 'asyncio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


# --- functions of both colours


@sync_compatible
async def double(value: int) -> int:
    await asyncio.sleep(0)
    return value * 2


def test_a_compatible_function_is_waited_for_where_no_loop_runs() -> None:
    assert double(2) == 4
    assert asyncio.run(double.aio(3)) == 6  # type: ignore[attr-defined]


async def test_a_compatible_function_is_awaited_where_one_does() -> None:
    assert await double(2) == 4
    assert double(2, _sync=True) == 4


async def test_gathered_results_come_in_order() -> None:
    async def after(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    assert await gather(lambda: after(0.02), lambda: after(0.0)) == [0.02, 0.0]
