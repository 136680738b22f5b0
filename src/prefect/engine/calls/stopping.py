"""Stopping runs of this process that are being cancelled: whoever executes one is interrupted, and records its end.

The main thread is interrupted by a signal, so that it stops also inside `time.sleep` or a socket read; SIGURG, since that
is ignored by default and nobody uses it. Any other thread stops at its next step in Python.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from uuid import UUID

from prefect.exceptions import TerminationSignal

logger = logging.getLogger("prefect.engine")

_executing: dict[UUID, int] = {}
"""Threads by the runs whose code they execute."""

_told: set[UUID] = set()
_listens = False


@contextmanager
def executing(run_id: UUID) -> Iterator[None]:
    """This thread executes the run as long as the block lasts."""
    _executing[run_id] = threading.get_ident()
    try:
        yield
    finally:
        _executing.pop(run_id, None)
        _told.discard(run_id)


def listen() -> None:
    """Be ready to interrupt the main thread; does nothing unless it is the one that calls."""
    global _listens
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGURG"):
        signal.signal(signal.SIGURG, _interrupted)
        _listens = True


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    if _told:  # others may send this signal, too
        raise TerminationSignal(signal.SIGTERM)


def stop(run_ids: Iterable[UUID]) -> None:
    """Interrupt the threads that execute these runs, each once."""
    for run_id in run_ids:
        thread = _executing.get(run_id)
        if thread is not None and run_id not in _told:
            logger.info("Flow run %s is being cancelled.", run_id)
            _told.add(run_id)
            _interrupt(thread)


def _interrupt(thread: int) -> None:
    if _listens and thread == threading.main_thread().ident:
        signal.pthread_kill(thread, signal.SIGURG)
    else:
        import ctypes

        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Terminated))


def is_told(error: BaseException) -> bool:
    """Whether an error comes of such an interruption: it, or the cancellation by which an event loop passes it on."""
    cancelled = "asyncio" in sys.modules and isinstance(error, sys.modules["asyncio"].CancelledError)
    return bool(_told) and (cancelled or isinstance(error, TerminationSignal))


class Terminated(TerminationSignal):
    """Raised in a thread, which can be given a class only."""

    def __init__(self) -> None:
        super().__init__(signal.SIGTERM)
