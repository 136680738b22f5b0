"""Ending a function call at its deadline.

Async code is cancelled. In the main thread an alarm interrupts sync code, also inside `time.sleep` or a socket read. In
any other thread, and where there are no alarms, the function runs in a thread of its own: at the deadline that thread is
asked to stop by an exception, and the caller goes on whether or not it does.
"""

from __future__ import annotations

import contextvars
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

logger = logging.getLogger("prefect.engine")


class DeadlineReached(TimeoutError):
    """The function did not return within its time limit."""


class TaskRunTimeoutError(DeadlineReached):
    """A task run exceeded its time limit."""


class FlowRunTimeoutError(DeadlineReached):
    """A flow run exceeded its time limit."""


def deadline_error(kind: type[DeadlineReached], seconds: float) -> DeadlineReached:
    """The error that says a limit of `seconds` was exceeded."""
    return kind(f"Scope timed out after {seconds} second(s).")


def call_with_timeout(call: Callable[[], object], seconds: float, kind: type[DeadlineReached]) -> Any:
    """`call()`, ended after `seconds`. Raises an error of `kind`."""
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        with alarm(seconds, kind):
            return call()
    return _call_in_thread(call, seconds, kind)


@contextmanager
def alarm(seconds: float, kind: type[DeadlineReached]) -> Iterator[None]:
    """Raise an error of `kind` in the main thread when `seconds` have passed."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise deadline_error(kind, seconds)

    previous = signal.signal(signal.SIGALRM, ring)
    outer_left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        if outer_left:
            signal.setitimer(signal.ITIMER_REAL, max(outer_left - seconds, 0.001))


def _call_in_thread(call: Callable[[], Any], seconds: float, kind: type[DeadlineReached]) -> Any:
    outcome: dict[str, Any] = {}
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome["value"] = context.run(call)
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, name="prefect-timed-call", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _interrupt(thread)
        raise deadline_error(kind, seconds)
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def _interrupt(thread: threading.Thread) -> None:
    """Ask a thread to stop; say so if it is still busy afterwards."""
    import ctypes

    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(DeadlineReached))
    thread.join(0.05)
    if thread.is_alive():
        logger.warning(
            "A function ran into its time limit but cannot be stopped; its thread goes on in the background."
        )
