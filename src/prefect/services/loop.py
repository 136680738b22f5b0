"""The loop that every background duty runs in: interval, jitter, errors and shutdown, written once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger("prefect.services")


class ServiceLoop:
    """Calls a duty's tick every `interval` seconds in a daemon thread until stopped.

    Args:
        name: shown in logs and as the thread's name.
        tick: one bounded pass.
        interval: seconds between passes; the first is made at once.
    """

    def __init__(self, name: str, tick: Callable[[], int], interval: float) -> None:
        self.name = name
        self._tick = tick
        self._interval = interval
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless begun."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"prefect-{self.name}", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End after the current pass."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._tick()
            except Exception:
                logger.exception("The %s service failed; it tries again in %s s.", self.name, self._interval)
            self._stop.wait(self._interval)
