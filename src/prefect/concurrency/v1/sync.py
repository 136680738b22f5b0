"""Tag limits for blocking code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.concurrency.holding import Names, give_back, take
from prefect.core.lifecycle.runs import TaskRun
from prefect.engine.drive import drive
from prefect.engine.slots import Patience

__all__ = ["concurrency"]


@contextmanager
def concurrency(names: Names, task_run_id: UUID, timeout_seconds: float | None = None) -> Iterator[None]:
    """Hold a slot of each tag limit around a block, on behalf of a task run; errors as for `concurrency.sync`."""
    holder = TaskRun(task_run_id, "", "", "")
    hold = drive(take(names, 1, Patience(timeout_seconds), kind="tag", holder=holder))
    try:
        yield
    finally:
        drive(give_back(hold, False))
