"""Tag limits for asynchronous code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from prefect.concurrency.holding import Names, give_back, take
from prefect.core.lifecycle.runs import TaskRun
from prefect.engine.drive import adrive
from prefect.engine.slots import Patience

__all__ = ["concurrency"]


@asynccontextmanager
async def concurrency(names: Names, task_run_id: UUID, timeout_seconds: float | None = None) -> AsyncIterator[None]:
    """Hold a slot of each tag limit around a block, on behalf of a task run; errors as for `concurrency.asyncio`."""
    holder = TaskRun(task_run_id, "", "", "")
    hold = await adrive(take(names, 1, Patience(timeout_seconds), kind="tag", holder=holder))
    try:
        yield
    finally:
        await adrive(give_back(hold, False))
