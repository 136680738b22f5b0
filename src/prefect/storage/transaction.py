"""What storage functions are given to read and write with: one open transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from prefect.core.journal import Row


class Transaction:
    """Executes statements within an open transaction. Parameters are positional (`?`)."""

    __slots__ = ("_connection", "append", "process")

    def __init__(self, connection: sqlite3.Connection, append: Any, process: str) -> None:
        self._connection = connection
        self.append = append
        """Adds a journal entry to this very transaction: `append(table, row)`."""

        self.process = process
        """Identity of this process, as leases record their holder."""

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

    def insert(self, table: str, values: dict[str, object], on_conflict: str = "") -> int:
        """Insert one row, given by column; `on_conflict` is the clause that follows."""
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        return self.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) {on_conflict}', tuple(values.values()))


Rows = Iterable[Row]
