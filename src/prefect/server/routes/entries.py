"""Checking journal entries that come from outside: known tables, as many values as there are columns, each of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Float, Integer, LargeBinary, SmallInteger

from prefect.core.journal import LEDGERS, Row
from prefect.server.http.errors import Refusal
from prefect.storage.tables import metadata
from prefect.storage.types import Flag, Id, Moment

_NUMBERS = frozenset({int})
_KINDS: tuple[tuple[type[Any], frozenset[type]], ...] = (
    (Id, frozenset({bytes})),
    (Moment, _NUMBERS),
    (Flag, _NUMBERS),
    (SmallInteger, _NUMBERS),
    (BigInteger, _NUMBERS),
    (Integer, _NUMBERS),
    (Float, frozenset({int, float})),
    (LargeBinary, frozenset({bytes})),
)
_TEXT = frozenset({str})
_NONE = type(None)
ID_BYTES = 16


@cache
def _allowed(table: str) -> tuple[frozenset[type], ...]:
    """Which types each column of a table takes."""
    columns = metadata.tables[table].c
    return tuple(
        _types(columns[name].type) | ({_NONE} if columns[name].nullable else set()) for name in LEDGERS[table].columns
    )


def _types(kind: object) -> frozenset[type]:
    return next((types for known, types in _KINDS if isinstance(kind, known)), _TEXT)


@cache
def _ids(table: str) -> tuple[int, ...]:
    """Positions of the columns that hold ids."""
    columns = metadata.tables[table].c
    return tuple(place for place, name in enumerate(LEDGERS[table].columns) if isinstance(columns[name].type, Id))


def checked_rows(table: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows. Raises Refusal (400) that names table, row and column of the first value that does not fit."""
    if table not in LEDGERS:
        raise Refusal(400, f"The journal has no table {table!r}.")
    allowed, ids = _allowed(table), _ids(table)
    for number, row in enumerate(rows):
        if type(row) is not tuple or len(row) != len(allowed):
            raise Refusal(400, f"Row {number} of {table!r} has not the {len(allowed)} values of its columns.")
        for value, types in zip(row, allowed, strict=True):
            if type(value) not in types:
                raise _misfit(table, number, row)
        for place in ids:
            value = row[place]
            if isinstance(value, bytes) and len(value) != ID_BYTES:
                raise _misfit(table, number, row)
    return rows


def _misfit(table: str, number: int, row: Row) -> Refusal:
    for name, value, types in zip(LEDGERS[table].columns, row, _allowed(table), strict=True):
        if type(value) not in types or (type(value) is bytes and name.endswith("id") and len(value) != ID_BYTES):
            return Refusal(400, f"Row {number} of {table!r}: {name!r} cannot be a {type(value).__name__} like this.")
    return Refusal(400, f"Row {number} of {table!r} does not fit its columns.")
