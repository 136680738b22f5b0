"""Loggers: of the current run, of a given run, of the library; listening in on one, and turning them off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Self
from uuid import UUID

from prefect.engine.logs.loggers import FLOW_RUNS, TASK_RUNS, PrefectLogAdapter, get_run_logger
from prefect.engine.logs.prints import print_as_log, watch_prints

__all__ = [
    "LogEavesdropper",
    "PrefectLogAdapter",
    "disable_logger",
    "disable_run_logger",
    "flow_run_logger",
    "get_logger",
    "get_run_logger",
    "get_worker_logger",
    "patch_print",
    "print_as_log",
    "task_run_logger",
]

UNKNOWN = "<unknown>"


def get_logger(name: str | None = None) -> logging.Logger:
    """The library's logger, or the one of that name below it."""
    if name is None:
        return logging.getLogger("prefect")
    return logging.getLogger(name if name.startswith("prefect.") else f"prefect.{name}")


def flow_run_logger(
    flow_run: Any = None, flow: Any = None, flow_run_id: UUID | None = None, **kwargs: Any
) -> PrefectLogAdapter:
    """The logger of a flow run, for code that holds the run but does not run inside it.

    Args:
        flow_run: the run, or only its `flow_run_id`.
        flow: names the flow in the lines.
        kwargs: facts added to every record.
    """
    identity = flow_run_id if flow_run is None else flow_run.id
    facts = {
        "flow_run_name": getattr(flow_run, "name", UNKNOWN),
        "flow_run_id": UNKNOWN if identity is None else str(identity),
        "flow_name": getattr(flow, "name", UNKNOWN),
    }
    return PrefectLogAdapter(FLOW_RUNS, extra={**facts, **kwargs})


def task_run_logger(
    task_run: Any, task: Any = None, flow_run: Any = None, flow: Any = None, **kwargs: Any
) -> PrefectLogAdapter:
    """The logger of a task run, for code that holds the run but does not run inside it.

    Args:
        task, flow_run, flow: name the task, flow run and flow in the lines.
        kwargs: facts added to every record.
    """
    facts = {
        "task_run_id": str(task_run.id),
        "flow_run_id": None if task_run.flow_run_id is None else str(task_run.flow_run_id),
        "task_run_name": task_run.name,
        "task_name": getattr(task, "name", UNKNOWN),
        "flow_run_name": getattr(flow_run, "name", UNKNOWN),
        "flow_name": getattr(flow, "name", UNKNOWN),
    }
    return PrefectLogAdapter(TASK_RUNS, extra={**facts, **kwargs})


def get_worker_logger(worker: Any, name: str | None = None) -> PrefectLogAdapter:
    """The logger of a worker."""
    facts = {"worker_name": worker.name, "work_pool_name": getattr(worker, "_work_pool_name", UNKNOWN)}
    identity = getattr(worker, "backend_id", None)
    if identity is not None:
        facts["worker_id"] = str(identity)
    return PrefectLogAdapter(get_logger(name or "workers"), extra=facts)


@contextmanager
def disable_logger(name: str) -> Iterator[None]:
    """Have a logger say nothing within the block."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def disable_run_logger() -> Iterator[None]:
    """Have `get_run_logger` return a silent logger within the block, also outside of runs: for testing `fn`."""
    with disable_logger("prefect.flow_runs"), disable_logger("prefect.task_runs"):
        yield


@contextmanager
def patch_print() -> Iterator[None]:
    """Have `print` become a log line in runs that ask for it; everywhere else it prints, within the block and after."""
    watch_prints()
    yield


class LogEavesdropper(logging.Handler):
    """Collects what one logger says within a `with` block.

    Args:
        eavesdrop_on: the logger's name.
        level: lowest level to collect.
    """

    def __init__(self, eavesdrop_on: str, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._logger = logging.getLogger(eavesdrop_on)
        self._lines = StringIO()
        self.setFormatter(logging.Formatter("[%(levelname)s]: %(message)s"))

    def __enter__(self) -> Self:
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.write(f"{self.format(record)}\n")

    def text(self) -> str:
        """The lines collected so far."""
        return self._lines.getvalue().rstrip("\n")
