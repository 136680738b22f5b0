"""Whether the server can do its work: the database answers, and takes what is written."""

from __future__ import annotations

import threading
from typing import NamedTuple

from prefect.core.ports import Clock
from prefect.exceptions import StorageError
from prefect.storage.keyed import claims
from prefect.storage.store import Store

KNOWN_SECONDS = 1.0
"""For so long an answer is good: whoever asks often asks for nothing."""

PATIENCE = 3.0
"""Seconds that the database has for a write."""


class Beat(NamedTuple):
    """A write that says nothing but that one is possible."""

    began: float
    done: threading.Event
    error: list[BaseException]
    took: list[float]


class Readiness:
    """Looks whether the database can be used, and remembers that for a moment.

    Args:
        store: the database.
        clock: for how long things take.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[str | None, float] = (None, float("-inf"))
        self._beat: Beat | None = None
        self.commit_seconds: float | None = None
        """How long the last write took until it was on the disk."""

    def problem(self) -> str | None:
        """Why the server cannot work; None if it can. Blocks for some seconds at most."""
        with self._lock:
            said, until = self._known
            if self._clock.monotonic() >= until:
                said = self._look()
                self._known = (said, self._clock.monotonic() + KNOWN_SECONDS)
            return said

    def _look(self) -> str | None:
        try:
            self._store.read(lambda tx: tx.one("SELECT 1"))
            return self._write()
        except StorageError as error:
            return str(error)

    def _write(self) -> str | None:
        beat = self._beat or self._begin()
        if not beat.done.wait(PATIENCE):
            self._beat = beat
            trouble = self._store.trouble
            waited = self._clock.monotonic() - beat.began
            return str(trouble) if trouble else f"{self._store.place} has not taken a write for {waited:.0f} s."
        self._beat = None
        if beat.error:
            return str(beat.error[0])
        self.commit_seconds = beat.took[0]
        return None

    def _begin(self) -> Beat:
        beat = Beat(self._clock.monotonic(), threading.Event(), [], [])

        def finish(_: object, error: BaseException | None) -> None:
            beat.took.append(self._clock.monotonic() - beat.began)
            if error is not None:
                beat.error.append(error)
            beat.done.set()

        now = self._clock.now()
        self._store.transact_later(lambda tx: claims.beat(tx, now), finish)
        return beat
