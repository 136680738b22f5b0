"""`asyncio.gather` over async tasks that do nothing."""

import asyncio

from benchmarks.measure import COUNT, WARM_UP, Span, emit, now, recorded, settled_rows
from prefect import flow, task


@task
async def nothing(number: int) -> int:
    return number


@flow
async def many(count: int) -> Span:
    started = now()
    await asyncio.gather(*(nothing(number) for number in range(count)))
    return started, now()


if __name__ == "__main__":
    asyncio.run(many(WARM_UP))
    before = settled_rows()
    span = asyncio.run(many(COUNT))
    seconds = recorded(span, before, {"flow_run": 1, "task_run": COUNT, "task_run_state": 3 * COUNT})
    emit({"throughput": COUNT / seconds})
