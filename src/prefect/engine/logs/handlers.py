"""Where log lines go: the console for people, the journal for the record."""

from __future__ import annotations

import logging
import sys
import time
from typing import IO

from prefect.core.journal import LOG
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.logs.masking import mask
from prefect.engine.logs.paced import Paced
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
        self._known_stream: IO[str] | None = None
        self._output: Paced
        self._paints = False
        self._second = 0
        self._clock = ""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.write_line(mask(self.format(record)), record.levelno)
        except Exception:
            self.handleError(record)

    def write_line(self, line: str, level: int) -> None:
        """Show one finished line, whose secrets are covered, painted if people look at it."""
        stream = self._stream or sys.stderr
        if stream is not self._known_stream:
            self.flush()
            self._known_stream = stream
            self._output = Paced(stream)
            self._paints = self._colors and stream.isatty()
        self._output.write((painted(line, level) if self._paints else line) + "\n")

    def flush(self) -> None:
        """Show what is held back."""
        if self._known_stream is not None:
            self._output.flush()

    def line(self, created: float, level_name: str, about: str, message: str) -> str:
        """`12:03:45.123 | INFO    | Task run 'x' - message`."""
        second = int(created)
        if second != self._second:
            self._clock = time.strftime("%H:%M:%S", time.localtime(second))
            self._second = second
        return f"{self._clock}.{int((created - second) * 1000):03d} | {level_name:<7} | {about} - {message}"

    def format(self, record: logging.LogRecord) -> str:
        line = self.line(record.created, record.levelname, subject(record), record.getMessage())
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
        assert record.exc_info is not None
        record.exc_text = logging.Formatter().formatException(record.exc_info)
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
            if (
                context is not None
                and context.config.logging_to_api_enabled
                and not getattr(record, "not_recorded", False)
            ):
                record_line(context, record)
        except Exception:
            self.handleError(record)


def record_line(context: FlowRunContext | TaskRunContext, record: logging.LogRecord) -> None:
    """Append one line to the record of the run that `context` belongs to."""
    message = record.getMessage()
    if record.exc_info:
        message += "\n" + _traceback(record)
    record_message(context, record.name, record.levelno, mask(message), int(record.created * 1_000_000))


def record_message(context: FlowRunContext | TaskRunContext, name: str, level: int, message: str, moment: int) -> None:
    """Append one message, whose secrets are covered, to the record of the run of `context`; cut if it is too long."""
    limit = context.config.logging_to_api_max_log_size
    if len(message) > limit:
        message = message[: limit - len(TRUNCATED)] + TRUNCATED
    flow_run_id, task_run_id, attempt = _addresses(context)
    identity = context.runtime.clock.new_id().bytes
    row = (identity, flow_run_id, task_run_id, attempt, next(context.positions), name, level, message, moment)
    context.record(LOG, row)


def _addresses(context: FlowRunContext | TaskRunContext) -> tuple[bytes | None, bytes | None, int]:
    if isinstance(context, FlowRunContext):
        return context.flow_run_id_bytes, None, context.attempt
    flow = context.flow_context
    run_id = context.task_run.id.bytes
    return (None, run_id, 1) if flow is None else (flow.flow_run_id_bytes, run_id, flow.attempt)
