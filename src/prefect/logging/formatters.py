"""Formatters that a logging configuration of one's own can name."""

from __future__ import annotations

import json
import logging
import traceback
from types import TracebackType
from typing import Any, Literal

__all__ = ["JsonFormatter", "PrefectFormatter", "format_exception_info"]

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def format_exception_info(exc_info: ExceptionInfo) -> dict[str, Any]:
    """An exception as a dictionary: `type`, `message` and `traceback`."""
    kind, value, trace = exc_info
    return {
        "type": None if kind is None else kind.__name__,
        "message": str(value),
        "traceback": "".join(traceback.format_tb(trace)) if trace else None,
    }


class JsonFormatter(logging.Formatter):
    """Writes records as JSON objects.

    Args:
        fmt: `pretty` for indented objects, `default` for one line each.
        dmft, style: accepted so that configurations fit; not used.
    """

    def __init__(self, fmt: Literal["pretty", "default"] = "default", dmft: str = "", style: str = "") -> None:
        super().__init__()
        if fmt not in ("pretty", "default"):
            raise ValueError(f"fmt is 'pretty' or 'default', not {fmt!r}.")
        self._indent = 2 if fmt == "pretty" else None

    def format(self, record: logging.LogRecord) -> str:
        facts = {name: value for name, value in record.__dict__.items() if name not in ("args", "run_context")}
        facts["message"] = record.getMessage()
        if record.exc_info:
            facts["exc_info"] = format_exception_info(record.exc_info)
        return json.dumps(facts, default=str, indent=self._indent)


class PrefectFormatter(logging.Formatter):
    """Formats lines of flow runs and of task runs each in their own way.

    Args:
        format: of all other lines.
        flow_run_fmt, task_run_fmt: of runs' lines; `format` unless given.
        datefmt, style, validate, defaults: as for `logging.Formatter`.
    """

    def __init__(
        self,
        format: str | None = None,
        datefmt: str | None = None,
        style: Literal["%", "{", "$"] = "%",
        validate: bool = True,
        *,
        defaults: dict[str, Any] | None = None,
        task_run_fmt: str | None = None,
        flow_run_fmt: str | None = None,
    ) -> None:
        super().__init__(format, datefmt, style, validate, defaults=defaults)
        special = {"prefect.flow_runs": flow_run_fmt, "prefect.task_runs": task_run_fmt}
        self._special = {
            name: logging.Formatter(text, datefmt, style, validate, defaults=defaults)
            for name, text in special.items()
            if text
        }

    def formatMessage(self, record: logging.LogRecord) -> str:
        found = self._special.get(record.name)
        return super().formatMessage(record) if found is None else found.formatMessage(record)
