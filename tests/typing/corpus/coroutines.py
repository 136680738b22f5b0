"""An async task or flow is awaited like the function it wraps."""

import asyncio
from collections.abc import AsyncGenerator
from typing import assert_type

from prefect import flow, task
from prefect.futures import PrefectFuture, PrefectFutureList


@task
async def fetch(page: int) -> list[str]:
    await asyncio.sleep(0)
    return [f"row {page}"]


@task
async def stream(pages: int) -> AsyncGenerator[str, None]:
    for page in range(pages):
        yield f"row {page}"


@flow
async def crawl(pages: int) -> int:
    rows = await fetch(1)
    assert_type(rows, list[str])
    assert_type(fetch.submit(2), PrefectFuture[list[str]])
    assert_type(fetch.submit(2).result(), list[str])
    assert_type(fetch.map([1, 2]), PrefectFutureList[list[str]])
    both = await asyncio.gather(fetch(1), fetch(2))
    assert_type(both, tuple[list[str], list[str]])
    async for row in stream(pages):
        assert_type(row, str)
    return len(rows)


assert_type(asyncio.run(crawl(3)), int)
