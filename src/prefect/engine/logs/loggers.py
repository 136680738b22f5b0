"""Loggers of runs: what `get_run_logger` returns, and the engine's own short way to log a line."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

from prefect.engine.context import FlowRunContext, RunContext, TaskRunContext
from prefect.engine.logs.handlers import ConsoleHandler, JournalHandler, record_message
from prefect.engine.logs.masking import mask
from prefect.engine.progress import is_shown
from prefect.exceptions import MissingContextError

FLOW_RUNS = logging.getLogger("prefect.flow_runs")
TASK_RUNS = logging.getLogger("prefect.task_runs")
PREFECT = logging.getLogger("prefect")
_LEVELS = {logging.DEBUG: "DEBUG", logging.INFO: "INFO", logging.WARNING: "WARNING", logging.ERROR: "ERROR"}


class PrefectLogAdapter(logging.LoggerAdapter[logging.Logger]):
    """A logger that knows which run it speaks for."""

    def process(self, msg: object, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs

    def getChild(self, suffix: str, extra: dict[str, object] | None = None) -> PrefectLogAdapter:
        """A logger below this one, speaking for the same run."""
        return PrefectLogAdapter(self.logger.getChild(suffix), extra={**(self.extra or {}), **(extra or {})})


def flow_run_facts(context: FlowRunContext) -> dict[str, object]:
    """What a flow run's log records carry."""
    run = context.flow_run
    return {
        "flow_run_id": str(run.id),
        "flow_run_name": run.name,
        "flow_name": context.flow.name,
        "run_context": context,
    }


def task_run_facts(context: TaskRunContext) -> dict[str, object]:
    """What a task run's log records carry."""
    run, flow = context.task_run, context.flow_context
    return {
        "task_run_id": str(run.id),
        "task_run_name": run.name,
        "task_name": context.task.name,
        "flow_run_id": None if run.flow_run_id is None else str(run.flow_run_id),
        "flow_run_name": "<unknown>" if flow is None else flow.flow_run.name,
        "flow_name": "<unknown>" if flow is None else flow.flow.name,
        "run_context": context,
    }


def flow_run_logger(context: FlowRunContext, **extra: object) -> PrefectLogAdapter:
    """The logger of a flow run."""
    return PrefectLogAdapter(FLOW_RUNS, extra={**flow_run_facts(context), **extra})


def task_run_logger(context: TaskRunContext, **extra: object) -> PrefectLogAdapter:
    """The logger of a task run."""
    return PrefectLogAdapter(TASK_RUNS, extra={**task_run_facts(context), **extra})


def get_run_logger(context: RunContext | None = None, **kwargs: object) -> PrefectLogAdapter:
    """The logger of the current task run or flow run; its lines are shown and recorded.

    Args:
        context: a run context to use instead of the current one.
        kwargs: facts added to every record.

    Raises MissingContextError outside of runs.
    """
    found = context or TaskRunContext.current.get() or FlowRunContext.current.get()
    if isinstance(found, TaskRunContext):
        return task_run_logger(found, **kwargs)
    if isinstance(found, FlowRunContext):
        return flow_run_logger(found, **kwargs)
    if TASK_RUNS.disabled and FLOW_RUNS.disabled:
        return PrefectLogAdapter(logging.getLogger("null"), extra={})
    raise MissingContextError("There is no active flow or task run context.")


def log_task_line(context: TaskRunContext, level: int, message: str, exc_info: object = None) -> None:
    """Log one of the engine's own lines about a task run.

    Where nobody has added handlers or filters, it goes to the console and the record without a `LogRecord`.
    """
    if not TASK_RUNS.isEnabledFor(level):
        return
    console = _console_alone()
    if console is None or exc_info is not None:
        _handle(
            TASK_RUNS,
            level,
            message,
            exc_info,
            {"task_run_name": context.task_run.name, "run_context": context},
        )
        return
    message = mask(message)
    created = context.runtime.clock.now() / 1_000_000
    if level > logging.INFO or not is_shown():
        console.write_line(console.line(created, _LEVELS[level], f"Task run {context.task_run.name!r}", message), level)
    if context.config.logging_to_api_enabled:
        record_message(context, "prefect.task_runs", level, message, int(created * 1_000_000))


def _console_alone() -> ConsoleHandler | None:
    """The console handler, if log lines of task runs go to our own two handlers and nowhere else."""
    if len(TASK_RUNS.handlers) != 1 or len(PREFECT.handlers) != 1 or PREFECT.propagate or not TASK_RUNS.propagate:
        return None
    journal, console = TASK_RUNS.handlers[0], PREFECT.handlers[0]
    if type(journal) is not JournalHandler or type(console) is not ConsoleHandler:
        return None
    return None if TASK_RUNS.filters or journal.filters or console.filters else console


def log_flow_line(context: FlowRunContext, level: int, message: str, exc_info: object = None) -> None:
    """Log one of the engine's own lines about a flow run."""
    if FLOW_RUNS.isEnabledFor(level):
        _handle(FLOW_RUNS, level, message, exc_info, flow_run_facts(context))


def _handle(logger: logging.Logger, level: int, message: str, exc_info: Any, facts: dict[str, Any]) -> None:
    record = logging.LogRecord(logger.name, level, "", 0, mask(message), None, exc_info)
    record.__dict__.update(facts)
    logger.handle(record)


def flush_console() -> None:
    """Show every line that is held back."""
    for handler in PREFECT.handlers:
        handler.flush()
