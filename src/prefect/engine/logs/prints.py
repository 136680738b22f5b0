"""`log_prints`: what a run prints becomes log lines of that run."""

from __future__ import annotations

import builtins
import io
from typing import Any

from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.logs.loggers import get_run_logger

_print = builtins.print


def watch_prints() -> None:
    """Make `print` look at where it is called from; needed once, as soon as any run logs its prints."""
    if builtins.print is _print:
        builtins.print = print_as_log


def print_as_log(*args: Any, **kwargs: Any) -> None:
    """Log what is printed within a run that asks for it; print everything else."""
    context = TaskRunContext.current.get() or FlowRunContext.current.get()
    if context is None or not context.log_prints or kwargs.get("file") is not None:
        _print(*args, **kwargs)
        return
    buffer = io.StringIO()
    _print(*args, **{**kwargs, "file": buffer})
    get_run_logger(context).info(buffer.getvalue().rstrip("\n"))
