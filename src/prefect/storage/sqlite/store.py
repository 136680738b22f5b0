"""The store in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from prefect.core.journal import Draft, Moves, Row
from prefect.exceptions import StorageError
from prefect.storage.journal import Journal
from prefect.storage.requests import Deliver
from prefect.storage.sqlite.connections import insist, open_connection, open_reader, translate, translated
from prefect.storage.sqlite.file import StoreFile
from prefect.storage.sqlite.transaction import SqliteTransaction
from prefect.storage.sqlite.writer import SqliteWriter
from prefect.storage.transaction import Transaction, refuse_to_append

T = TypeVar("T")
READ_TIMEOUT = 30.0


class SqliteStore:
    """Implements `storage.store.Store` on a file: decisions and entries share group commits, in the order they came.

    Args:
        path: the file; made, readable to its owner only, when first written.
        process: identity of this process as leases record it.
        busy_timeout: seconds to wait while other processes write.
        migrate: bring an older schema up to date.
    """

    dialect = "sqlite"

    def __init__(self, path: Path, process: str, busy_timeout: float = 120.0, migrate: bool = True) -> None:
        self.path = path
        self.place = repr(str(path))
        self.process = process
        self._file = StoreFile(path, busy_timeout, migrate)
        self._journal = Journal(SqliteWriter(self._file), process)
        self.append: Callable[[str, Row | Draft | Moves], None] = self._journal.append
        """Adds a journal entry; returns at once."""

    def transact(self, decision: Callable[[Transaction], T]) -> T:
        """Run a decision in the next transaction; returns once it is committed and synced."""
        return self._journal.transact(decision)

    def transact_later(
        self, decision: Callable[[Transaction], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """The same without waiting: `done` is told the result, or the error."""
        self._journal.transact_later(decision, done)

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Have a decision made as soon as the database allows, however long that takes; its outcome goes to nobody."""
        self._journal.defer(decision)

    def flush(self, timeout: float | None = None) -> None:
        """Return once everything appended is committed and synced."""
        self._journal.flush(timeout)

    def flush_later(self, done: Callable[[None, BaseException | None], None]) -> None:
        """The same without waiting."""
        self._journal.flush_later(done)

    def deliver_by(self, deliver: Deliver) -> None:
        """Have the callbacks of one commit made together by `deliver`, instead of one after the other where it fell."""
        self._journal.deliver = deliver

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query on this thread's reading connection; it sees what has been committed."""
        with translated(self.path):
            return query(SqliteTransaction(self._file.reader(), refuse_to_append, self.process))

    def open_reader(self) -> sqlite3.Connection:
        """A reading connection of one's own, for the reading door; the database is made if there is none yet."""
        self._file.reader()
        return open_reader(self.path, READ_TIMEOUT)

    def translate(self, error: Exception) -> StorageError:
        """The driver's error as one of ours."""
        return translate(error, self.path)

    def vacuum(self) -> None:
        """Write the file anew without the space of what was deleted; nobody else writes meanwhile."""
        with translated(self.path), closing(open_connection(self.path, self._file.busy_timeout)) as connection:
            insist(connection, "VACUUM", self.path, self._file.busy_timeout)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def backlog(self) -> int:
        """Entries not yet committed."""
        return self._journal.backlog

    @property
    def trouble(self) -> StorageError | None:
        """Why the database takes nothing at the moment."""
        return self._journal.trouble

    def close(self, timeout: float = 60.0) -> None:
        """Write everything queued and let go. Raises StorageError if that fails."""
        self._journal.close(timeout)
