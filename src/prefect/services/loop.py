"""The loop that every background duty runs in: interval, jitter, errors and shutdown, written once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from prefect.exceptions import StorageError

logger = logging.getLogger("prefect.services")


class Trouble:
    """Says once what is wrong with the database, however many duties meet it and however long it lasts."""

    def __init__(self) -> None:
        self._said: str | None = None
        self._failing: set[str] = set()
        self._lock = threading.Lock()

    def met(self, name: str, error: StorageError) -> None:
        """A duty could not do its work."""
        with self._lock:
            self._failing.add(name)
            if str(error) != self._said:
                self._said = str(error)
                logger.error("%s Background duties wait for that.", error)

    def over(self, name: str) -> None:
        """A duty did its work."""
        with self._lock:
            if name not in self._failing:
                return
            self._failing.discard(name)
            if not self._failing:
                self._said = None
                logger.warning("The database can be used again; background duties go on.")


class ServiceLoop:
    """Calls a duty's tick every `interval` seconds in a daemon thread until stopped.

    Args:
        name: shown in logs and as the thread's name.
        tick: one bounded pass.
        interval: seconds between passes; the first is made at once.
        trouble: what loops that share a database tell of its refusals.
    """

    def __init__(self, name: str, tick: Callable[[], int], interval: float, trouble: Trouble | None = None) -> None:
        self.name = name
        self._tick = tick
        self._interval = interval
        self._trouble = trouble or Trouble()
        self._failed: str | None = None
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
            self._pass()
            self._stop.wait(self._interval)

    def _pass(self) -> None:
        try:
            self._tick()
        except StorageError as error:
            self._trouble.met(self.name, error)
        except Exception as error:
            if repr(error) != self._failed:  # the same again needs no second traceback
                self._failed = repr(error)
                logger.exception("The %s service failed; it tries again in %s s.", self.name, self._interval)
        else:
            self._failed = None
            self._trouble.over(self.name)
