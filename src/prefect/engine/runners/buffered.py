"""Recording from another process: what a short call records travels back with its answer.

Many processes that each write a row at a time would keep one another from the database. So a call's entries are
held for a moment; if it ends meanwhile, they go home with its result and join the submitter's group commits. A longer
call writes its own, so that it is seen running and its log lines appear.
"""

from __future__ import annotations

import threading

from prefect.core.journal import Draft, Entry, Moves, Row
from prefect.core.ports import Backend

HELD_SECONDS = 0.1


class BufferedBackend:
    """A backend that holds entries at first; anything else asked of it, or time, lets them go.

    Args:
        backend: the backend they go to.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._held: list[Entry] | None = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(HELD_SECONDS, self.let_go)
        self._timer.daemon = True
        self._timer.start()

    def record(self, table: str, row: Row | Draft | Moves) -> None:
        """Hold one entry, or append it to the journal."""
        with self._lock:
            if self._held is not None:
                self._held.append((table, row))
                return
        self._backend.record(table, row)

    def let_go(self) -> None:
        """Append what was held, and from now on everything at once."""
        with self._lock:
            held, self._held = self._held, None
            for table, row in held or ():
                self._backend.record(table, row)

    def take(self) -> list[Entry]:
        """The entries that are to travel; those let go of are on record when this returns."""
        self._timer.cancel()
        with self._lock:
            held, self._held = self._held, None
        if held is None:
            self._backend.flush()
        return [(table, _written_out(row)) for table, row in held or ()]

    def __getattr__(self, name: str) -> object:
        self.let_go()
        return getattr(self._backend, name)


def _written_out(row: Row | Draft | Moves) -> Row | Moves:
    """The entry without anything that only this process can make."""
    if isinstance(row, Moves):
        return row._replace(run=row.run.make()) if isinstance(row.run, Draft) else row
    return row.make() if isinstance(row, Draft) else row
