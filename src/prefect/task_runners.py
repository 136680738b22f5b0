"""Task runners: where submitted tasks run."""

from __future__ import annotations

from prefect.engine.runners.base import TaskRunner
from prefect.engine.runners.processes import ProcessPoolTaskRunner
from prefect.engine.runners.threads import ConcurrentTaskRunner, ThreadPoolTaskRunner

__all__ = ["ConcurrentTaskRunner", "ProcessPoolTaskRunner", "TaskRunner", "ThreadPoolTaskRunner"]
