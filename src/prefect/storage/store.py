"""The store: one database, its writing door and its keyed reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from prefect.core.journal import Draft, Moves, Row
from prefect.storage.journal import Journal
from prefect.storage.sqlite import translated
from prefect.storage.store_file import StoreFile
from prefect.storage.transaction import Transaction

T = TypeVar("T")


class Store:
    """The record of one installation.

    Args:
        path: the SQLite file; made, readable to its owner only, when first written.
        process: identity of this process as leases record it.
        busy_timeout: seconds to wait while other processes write.
    """

    def __init__(self, path: Path, process: str, busy_timeout: float = 120.0) -> None:
        self.path = path
        self.process = process
        self._file = StoreFile(path, busy_timeout)
        self._journal = Journal(self._file, process)
        self.append: Callable[[str, Row | Draft | Moves], None] = self._journal.append
        """Adds a journal entry; returns at once."""

    def transact(self, decision: Callable[[Transaction], T]) -> T:
        """Run a decision in the next transaction; returns once it is committed and synced."""
        return self._journal.transact(decision)

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Have a decision made as soon as the database allows, however long that takes; its outcome goes to nobody."""
        self._journal.defer(decision)

    def flush(self, timeout: float | None = None) -> None:
        """Return once everything appended is committed and synced."""
        self._journal.flush(timeout)

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query on this thread's reading connection; it sees what has been committed."""
        with translated(self.path):
            return query(Transaction(self._file.reader(), _refuse, self.process))

    def reading_connection(self) -> sqlite3.Connection:
        """This thread's reading connection, for the reading door."""
        return self._file.reader()

    @property
    def backlog(self) -> int:
        """Entries not yet committed."""
        return self._journal.backlog

    def close(self, timeout: float = 60.0) -> None:
        """Write everything queued and let go. Raises StorageError if that fails."""
        self._journal.close(timeout)


def _refuse(table: str, row: Any) -> None:
    raise TypeError(f"A reading transaction cannot append to {table!r}.")
