"""Caching and transactions around a task's tries."""

from __future__ import annotations

from typing import Any

from prefect.engine.context import TaskRunContext
from prefect.engine.specs import TaskSpec
from prefect.engine.steps import Steps


def needs_transaction(task: TaskSpec, context: TaskRunContext | None) -> bool:
    """Whether a task's run is a transaction: it may be cached, its result persisted, or its work rolled back."""
    return False


class CachedCall:
    """A task's tries within a transaction."""

    def __init__(self, execution: Any) -> None:
        self._execution = execution

    def steps(self) -> Steps[None]:
        """The tries, unless a cached result makes them needless."""
        yield from self._execution.tries()
