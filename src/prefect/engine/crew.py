"""Threads for the submitted subflows of one flow run, and their futures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from prefect.engine.futures import PrefectFuture
from prefect.engine.pool import GrowingPool


class Crew:
    """A pool of any size together with what it still has to finish."""

    def __init__(self, name: str) -> None:
        self._pool = GrowingPool(None, name)
        self._open: set[PrefectFuture[Any]] = set()
        self._lock = threading.Lock()

    def track(self, future: PrefectFuture[Any]) -> None:
        """Have `finish` wait for a future."""
        with self._lock:
            self._open.add(future)
        future.add_done_callback(self._untrack)

    def _untrack(self, future: PrefectFuture[Any]) -> None:
        with self._lock:
            self._open.discard(future)

    def submit(self, job: Callable[[], None]) -> None:
        """Have `job` called in some thread."""
        self._pool.submit(job)

    def finish(self) -> None:
        """Wait for everything tracked, also for what comes meanwhile."""
        while self._open:
            with self._lock:
                waiting = list(self._open)
            for future in waiting:
                future.wait()
        self._pool.close()
