"""A transaction on a PostgreSQL connection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import Cursor

from prefect.storage.transaction import Append, Transaction

WAITING = " FOR UPDATE", " FOR UPDATE SKIP LOCKED"
IMPATIENT = " FOR UPDATE NOWAIT", " FOR UPDATE SKIP LOCKED"
"""How a decision locks its rows: waiting for whoever has them, or giving up at once."""

_PARTS = re.compile(r"'[^']*'|\"[^\"]*\"|\?")


class PostgresTransaction(Transaction):
    """Executes statements by a cursor that takes `$1` and gives the binary form.

    Args:
        locking: clauses of `tx.locking` and `tx.skip_locked`; none in a transaction that only reads.
    """

    __slots__ = ("_cursor",)
    dialect = "postgresql"

    def __init__(self, cursor: Cursor[Any], append: Append, process: str, locking: tuple[str, str] = ("", "")) -> None:
        super().__init__(append, process, *locking)
        self._cursor = cursor

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; returns the number of rows it changed."""
        return self._cursor.execute(numbered(sql), parameters or None).rowcount

    def one(self, sql: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._cursor.execute(numbered(sql), parameters or None).fetchone()
        return row

    def all(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._cursor.execute(numbered(sql), parameters or None).fetchall()

    def columns(self, table: str) -> list[str]:
        """A table's columns, as `SELECT *` gives them."""
        return [name for (name,) in self.all(_COLUMNS, (table,))]


_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = ?::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


@lru_cache(maxsize=1024)
def numbered(sql: str) -> bytes:
    """A statement with `$1`, `$2`, ... for each `?` outside of quotes."""
    numbers = count(1)
    return "".join(_numbered(sql, numbers)).encode()


def _numbered(sql: str, numbers: Iterator[int]) -> Iterator[str]:
    position = 0
    for part in _PARTS.finditer(sql):
        yield sql[position : part.start()]
        yield f"${next(numbers)}" if part[0] == "?" else part[0]
        position = part.end()
    yield sql[position:]
