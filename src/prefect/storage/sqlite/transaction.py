"""A transaction on an SQLite connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from prefect.storage.transaction import Append, Transaction


class SqliteTransaction(Transaction):
    """Executes statements on a connection; whoever holds the write lock is alone, so nothing else is locked."""

    __slots__ = ("_connection",)
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection, append: Append, process: str) -> None:
        super().__init__(append, process)
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; returns the number of rows it changed."""
        return self._connection.execute(sql, parameters).rowcount

    def one(self, sql: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._connection.execute(sql, parameters).fetchall()

    def columns(self, table: str) -> list[str]:
        """A table's columns, as `SELECT *` gives them."""
        return [name for (name,) in self.all("SELECT name FROM pragma_table_info(?) ORDER BY cid", (table,))]
