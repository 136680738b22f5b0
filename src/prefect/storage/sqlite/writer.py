"""The journal's writing connection to an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from prefect.core.journal import Ledger, Row
from prefect.exceptions import StorageError
from prefect.storage.sqlite.connections import error_code, insist, translate
from prefect.storage.sqlite.file import StoreFile
from prefect.storage.sqlite.transaction import SqliteTransaction
from prefect.storage.sqlite.upserts import upsert
from prefect.storage.transaction import Append

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteWriter:
    """Implements `storage.writer.Writer` on the file's one writing connection."""

    def __init__(self, file: StoreFile) -> None:
        self._file = file
        self.place = repr(str(file.path))

    def begin(self) -> None:
        """Take the write lock, waiting for others up to the busy timeout."""
        insist(self._file.writer(), "BEGIN IMMEDIATE", self._file.path, self._file.busy_timeout)

    def transaction(self, append: Append, process: str) -> SqliteTransaction:
        """What decisions are given in the transaction that has begun."""
        return SqliteTransaction(self._file.writer(), append, process)

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        self._file.writer().execute(statement)

    def upsert(self, ledger: Ledger, rows: Sequence[Row]) -> None:
        """Write rows of the journal."""
        upsert(self._file.writer(), ledger, rows)

    def commit(self) -> None:
        """Commit and sync."""
        self._file.writer().execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""
        connection = self._file.writer()
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the connection."""
        self._file.close_writer()

    def forget(self) -> None:
        """In a forked child: leave the parent's connection alone."""
        self._file.forget()

    def refuses(self, error: BaseException) -> bool:
        """Whether the trouble is the database's: SQLite says so, and not that the statement is wrong."""
        if isinstance(error, sqlite3.DatabaseError) and error_code(error) in _DAMAGED:
            return True
        return isinstance(error, sqlite3.OperationalError) and error_code(error) != sqlite3.SQLITE_ERROR

    def collided(self, error: BaseException) -> bool:
        """Never: whoever has the write lock is alone."""
        return False

    def translate(self, error: Exception) -> StorageError:
        """The error as one of ours."""
        return translate(error, self._file.path)
