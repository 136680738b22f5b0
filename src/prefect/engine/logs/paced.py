"""Lines on a stream, at once when they are few and together when they come thick and fast.

Writing lets go of the interpreter's lock, and under load each write then waits to get it back. So a line that follows
another within a few milliseconds is held back, at most for as long, and written with those after it.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from time import monotonic
from typing import IO

PACE = 0.02
"""Seconds between two writes, and the longest that a line is held back."""

_all: weakref.WeakSet[Paced] = weakref.WeakSet()


class Paced:
    """Writes text to a stream, no oftener than every `PACE` seconds."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._held: list[str] = []
        self._next = 0.0
        self._lock = threading.Lock()
        self._wake: threading.Event | None = None
        _all.add(self)

    def write(self, text: str) -> None:
        """Show `text` now or within `PACE` seconds."""
        with self._lock:
            self._held.append(text)
            first = len(self._held) == 1
        if monotonic() >= self._next:
            self.flush()
        elif first:
            self._flush_soon()

    def flush(self) -> None:
        """Show everything held back."""
        with self._lock:
            held, self._held = self._held, []
            self._next = monotonic() + PACE
            if held:
                self._stream.write("".join(held))
                self._stream.flush()

    def _flush_soon(self) -> None:
        if self._wake is None:
            self._wake = threading.Event()
            threading.Thread(target=self._run, name="prefect-console", daemon=True).start()
        self._wake.set()

    def _run(self) -> None:
        assert self._wake is not None
        pause = threading.Event()
        while True:
            self._wake.wait()
            self._wake.clear()
            pause.wait(PACE)
            try:
                self.flush()
            except (ValueError, OSError):
                return

    def forget(self) -> None:
        """Drop what a forked child has inherited; its parent shows it."""
        self._held = []
        self._lock = threading.Lock()
        self._wake = None


def _flush_all() -> None:
    for output in list(_all):
        output.flush()


def _forget_all() -> None:
    for output in list(_all):
        output.forget()


atexit.register(_flush_all)
os.register_at_fork(after_in_child=_forget_all)
