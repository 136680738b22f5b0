"""Where log lines go: the console for people, the journal for the record."""

from __future__ import annotations

import logging
import sys
import time
from typing import IO

from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.logs.paint import painted

TRUNCATED = "... [truncated]"


class ConsoleHandler(logging.Handler):
    """Writes `12:03:45.123 | INFO    | Task run 'x' - message` to standard error.

    Args:
        colors: whether to paint levels and states where the stream is a terminal.
        stream: standard error as it is at the moment of writing, unless given.
    """

    def __init__(self, colors: bool = True, stream: IO[str] | None = None, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._stream = stream
        self._colors = colors
        self._second = 0
        self._clock = ""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            stream = self._stream or sys.stderr
            line = self.format(record)
            if self._colors and stream.isatty():
                line = painted(line, record.levelno)
            stream.write(line + "\n")
        except Exception:
            self.handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        second = int(record.created)
        if second != self._second:
            self._clock = time.strftime("%H:%M:%S", time.localtime(second))
            self._second = second
        line = f"{self._clock}.{int(record.msecs):03d} | {record.levelname:<7} | {subject(record)} - {record.getMessage()}"
        if record.exc_info:
            line += "\n" + _traceback(record)
        return line


def subject(record: logging.LogRecord) -> str:
    """Who a line is about: a run by its name, or the logger."""
    if record.name == "prefect.task_runs":
        return f"Task run {getattr(record, 'task_run_name', '')!r}"
    if record.name == "prefect.flow_runs":
        return f"Flow run {getattr(record, 'flow_run_name', '')!r}"
    return record.name


def _traceback(record: logging.LogRecord) -> str:
    if record.exc_text is None:
        record.exc_text = logging.Formatter().formatException(record.exc_info)  # type: ignore[arg-type]
    return record.exc_text


class JournalHandler(logging.Handler):
    """Appends lines logged within a run to that run's record.

    Lines longer than the limit are cut, with a mark.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            context: FlowRunContext | TaskRunContext | None = getattr(record, "run_context", None)
            if context is None:
                context = TaskRunContext.current.get() or FlowRunContext.current.get()
            if context is not None and context.config.logging_to_api_enabled and not getattr(record, "not_recorded", False):
                record_line(context, record)
        except Exception:
            self.handleError(record)


def record_line(context: FlowRunContext | TaskRunContext, record: logging.LogRecord) -> None:
    """Append one line to the record of the run that `context` belongs to."""
    message = record.getMessage()
    if record.exc_info:
        message += "\n" + _traceback(record)
    limit = context.config.logging_to_api_max_log_size
    if len(message) > limit:
        message = message[: limit - len(TRUNCATED)] + TRUNCATED
    flow_run_id, task_run_id, attempt = _addresses(context)
    row = (
        context.runtime.clock.new_id().bytes,
        flow_run_id,
        task_run_id,
        attempt,
        next(context.positions),
        record.name,
        record.levelno,
        message,
        int(record.created * 1_000_000),
    )
    context.record("log", row)


def _addresses(context: FlowRunContext | TaskRunContext) -> tuple[bytes | None, bytes | None, int]:
    if isinstance(context, FlowRunContext):
        return context.flow_run_id_bytes, None, context.attempt
    flow = context.flow_context
    run_id = context.task_run.id.bytes
    return (None, run_id, 1) if flow is None else (flow.flow_run_id_bytes, run_id, flow.attempt)
