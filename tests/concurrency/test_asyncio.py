"""`concurrency` and `rate_limit` for asynchronous code."""

from __future__ import annotations

import asyncio

import pytest

from prefect.concurrency.asyncio import concurrency, rate_limit
from tests.concurrency.support import make_limit, rows


async def test_one_at_a_time_without_blocking_the_loop() -> None:
    make_limit("one", 1)
    inside, most = 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with concurrency("one"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(5)))
    assert most == 1
    assert rows("SELECT * FROM concurrency_slot") == []


async def test_running_out_of_time() -> None:
    make_limit("one", 1)
    async with concurrency("one"):
        with pytest.raises(TimeoutError, match=r"after 0\.05 second"):
            async with concurrency("one", timeout_seconds=0.05):
                raise AssertionError


async def test_cancelled_while_it_waits_leaves_the_queue() -> None:
    make_limit("one", 1)

    async def work() -> None:
        async with concurrency("one"):
            raise AssertionError

    async with concurrency("one"):
        waiting = asyncio.create_task(work())
        while not await asyncio.to_thread(rows, "SELECT * FROM slot_waiter"):
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert rows("SELECT * FROM slot_waiter") == []
    assert rows("SELECT * FROM concurrency_slot") == []


async def test_rates() -> None:
    make_limit("fast", 1, decay=50.0)
    await asyncio.gather(*(rate_limit("fast") for _ in range(3)))
    assert rows("SELECT COUNT(*) FROM slot_history") == [(3,)]
