"""Handlers that a logging configuration of one's own can name: the console, and the record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import IO, Any

from prefect.engine.logs.handlers import ConsoleHandler, JournalHandler

__all__ = [
    "APILogHandler",
    "PrefectConsoleHandler",
    "WorkerAPILogHandler",
    "emit_api_log",
    "set_api_log_sink",
]

_sink: Callable[[dict[str, object]], None] | None = None


def set_api_log_sink(sink: Callable[[dict[str, object]], None] | None) -> None:
    """Have log lines that `emit_api_log` is given go to `sink`; None puts an end to that."""
    global _sink
    _sink = sink


def emit_api_log(log: dict[str, object]) -> None:
    """Hand a log line, as a dictionary, to the sink that was set; nothing happens without one."""
    if _sink is not None:
        _sink(log)


class APILogHandler(JournalHandler):
    """Keeps lines logged within runs on record with them."""

    async def aflush(self) -> None:
        """Nothing is held back here: lines are with the journal as soon as they are logged."""


class WorkerAPILogHandler(APILogHandler):
    """Keeps a worker's lines on record where they name a run."""


class PrefectConsoleHandler(ConsoleHandler):
    """Writes lines to standard error, in colour where people look at it.

    Args:
        stream: standard error as it is at the moment of writing, unless given.
        highlighter, styles: accepted for configurations written for rich; levels and states have colours of their own.
        level: lowest level to write.
    """

    def __init__(
        self,
        stream: IO[str] | None = None,
        highlighter: Any = None,
        styles: dict[str, str] | None = None,
        level: int | str = logging.NOTSET,
    ) -> None:
        super().__init__(stream=stream)
        self.setLevel(level)

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record) if self.formatter is None else self.formatter.format(record)
