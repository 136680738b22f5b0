"""Upserts in SQLite: many rows to a statement, mended where a value has no place.

The interpreter's lock is let go for a whole statement and not fought over row by row, which under a busy main thread
would cost a switch interval (5 ms) each.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain, repeat

from prefect.core.journal import LEDGERS, Ledger, Row, Value
from prefect.storage.upserts import insertion, merging

LARGEST_STATEMENT = 32_766
"""Bound parameters of one statement; SQLite allows 32,766."""

MOST_REPEATED = 8
"""Rows that a small statement may repeat: cheaper than another statement."""

UNBINDABLE = (OverflowError, UnicodeEncodeError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
"""What binding a value raises when SQLite has no place for it."""

logger = logging.getLogger("prefect.storage")


def upsert(connection: sqlite3.Connection, ledger: Ledger, rows: Sequence[Row]) -> None:
    """Insert rows with as few statements as can be, of few distinct sizes, so that they are prepared once.

    Sizes are powers of two. Where a size does not fit, the last row is repeated, which changes nothing.
    """
    most = 1 << (LARGEST_STATEMENT // len(ledger.columns)).bit_length() - 1
    start = 0
    while start < len(rows):
        size = statement_size(len(rows) - start, most)
        part = rows[start : start + size]
        _insert(connection, ledger, [*part, *repeat(part[-1], size - len(part))])
        start += size


def statement_size(left: int, most: int) -> int:
    """Rows of the next statement for `left` rows: the power of two above, if little of it is wasted, or that below."""
    above = 1 << (left - 1).bit_length()
    if above <= most and above - left <= max(left // 4, MOST_REPEATED):
        return above
    return min(1 << left.bit_length() - 1, most)


def _insert(connection: sqlite3.Connection, ledger: Ledger, rows: Sequence[Row]) -> None:
    """Insert rows with one statement; where the database cannot take one of them, one by one."""
    try:
        connection.execute(_statement(ledger.table, len(rows)), tuple(chain.from_iterable(rows)))
    except (*UNBINDABLE, sqlite3.IntegrityError) as error:
        if len(rows) == 1:
            _insert_mended(connection, ledger, rows[0], error)
            return
        for row in rows:
            _insert(connection, ledger, (row,))


def _insert_mended(connection: sqlite3.Connection, ledger: Ledger, row: Row, problem: Exception) -> None:
    """Insert a row with the values mended that cannot be bound; leave it out if that does not help."""
    try:
        connection.execute(_statement(ledger.table, 1), tuple(_mended(value) for value in row))
    except (*UNBINDABLE, sqlite3.IntegrityError) as error:
        logger.error("A %s entry cannot be stored and is left out: %s", ledger.table, error)
    else:
        logger.warning("A value of a %s entry cannot be stored as it is: %s", ledger.table, problem)


def _mended(value: Value) -> Value:
    """The nearest value that SQLite can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value if isinstance(value, (int, float, bytes)) or value is None else repr(value)


@cache
def _statement(table: str, count: int) -> str:
    ledger = LEDGERS[table]
    marks = "(" + ", ".join("?" * len(ledger.columns)) + ")"
    return f"{insertion(ledger)}VALUES {', '.join([marks] * count)}{merging(ledger)}"
