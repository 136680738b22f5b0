"""Whole rows by column, decoded as the reading door has them: ids as UUIDs, moments as datetimes, JSON as what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.storage.documents import Record
from prefect.storage.transaction import Transaction


class Columns(NamedTuple):
    """The columns of a table that are kept as something else than what they mean."""

    table: str
    plain: Sequence[str] = ()
    ids: Sequence[str] = ()
    moments: Sequence[str] = ()
    documents: Sequence[str] = ()
    flags: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """All of them, in the order in which `select` asks for them."""
        return [*self.plain, *self.ids, *self.moments, *self.documents, *self.flags]


def select(
    tx: Transaction, columns: Columns, rest: str, parameters: Sequence[object] = (), locking: bool = False
) -> list[Record]:
    """The rows that match; `rest` is what follows the table's name. With `locking`, a decision rests on them."""
    names = ", ".join(f'"{name}"' for name in columns.names)
    sql = f'SELECT {names} FROM "{columns.table}" {rest}{tx.locking if locking else ""}'
    return [_decoded(columns, row) for row in tx.all(sql, parameters)]


def first(
    tx: Transaction, columns: Columns, rest: str, parameters: Sequence[object] = (), locking: bool = False
) -> Record | None:
    """The first row that matches, or None."""
    return next(iter(select(tx, columns, rest, parameters, locking)), None)


def insert(tx: Transaction, columns: Columns, values: Mapping[str, object]) -> None:
    """A new row, given as the reading door would have it, with moments in microseconds."""
    tx.insert(columns.table, {name: encoded(value) for name, value in _with_documents(columns, values).items()})


def change(tx: Transaction, columns: Columns, row_id: UUID, changes: Mapping[str, object]) -> bool:
    """Set columns of the row of that id; False if there is none."""
    given = _with_documents(columns, changes)
    assignments = ", ".join(f'"{name}" = ?' for name in given)
    sql = f'UPDATE "{columns.table}" SET {assignments} WHERE id = ?'
    return tx.execute(sql, (*map(encoded, given.values()), row_id.bytes)) == 1


def encoded(value: object) -> object:
    """A value as it is stored: ids as bytes, flags as 0 or 1."""
    if isinstance(value, UUID):
        return value.bytes
    return int(value) if isinstance(value, bool) else value


def _with_documents(columns: Columns, values: Mapping[str, object]) -> Record:
    texts = {name: json.dumps(values[name]) for name in columns.documents if values.get(name) is not None}
    return {**values, **texts}


_DECODERS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("plain", lambda value: value),
    ("ids", lambda value: UUID(bytes=bytes(value))),
    ("moments", to_datetime),
    ("documents", lambda value: json.loads(value) if isinstance(value, (str, bytes)) else value),
    ("flags", bool),
)


def _decoded(columns: Columns, row: Sequence[Any]) -> Record:
    values = iter(row)
    made: Record = {}
    for kind, decode in _DECODERS:
        for name in getattr(columns, kind):
            value = next(values)
            made[name] = None if value is None else decode(value)
    return made
