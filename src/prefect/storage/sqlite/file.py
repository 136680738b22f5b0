"""The database file of a store: its writer connection, and one reader connection per thread."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from prefect.storage.sqlite.connections import open_connection, open_reader, translated


class StoreFile:
    """Opens connections to one SQLite file when they are first needed."""

    def __init__(self, path: Path, busy_timeout: float, migrate: bool = True) -> None:
        self.path = path
        self._migrate = migrate
        self.busy_timeout = busy_timeout
        self._writer: sqlite3.Connection | None = None
        self._local = threading.local()
        self._inherited: list[object] = []

    def forget(self) -> None:
        """In a forked child: leave the parent's connections alone, without closing them, which would meddle with its file."""
        self._inherited.append((self._writer, self._local))
        self._writer = None
        self._local = threading.local()

    def writer(self) -> sqlite3.Connection:
        """The one connection that writes. Raises StorageError."""
        if self._writer is None:
            self._writer = open_connection(self.path, self.busy_timeout, self._migrate)
        return self._writer

    def reader(self) -> sqlite3.Connection:
        """This thread's connection for reading. Raises StorageError."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            if self._writer is None:
                open_connection(self.path, self.busy_timeout, self._migrate).close()
            found = self._local.connection = open_reader(self.path, self.busy_timeout)
        return found

    def read(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """All rows of a query. Raises StorageError."""
        with translated(self.path):
            return self.reader().execute(sql, parameters).fetchall()

    def close_writer(self) -> None:
        """Let go of the writing connection; the next write opens a new one."""
        connection, self._writer = self._writer, None
        if connection is not None:
            connection.close()
