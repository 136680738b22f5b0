"""Variables by name."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from prefect.core.records.variables import VariableRecord
from prefect.core.times import to_datetime
from prefect.storage.documents import Record
from prefect.storage.transaction import Transaction

_SELECT = "SELECT id, name, value, tags, created, updated FROM variable"


def _from_row(row: tuple[Any, ...]) -> VariableRecord:
    return VariableRecord(UUID(bytes=row[0]), row[1], row[2], json.loads(row[3]), row[4], row[5])


def find(tx: Transaction, name: str) -> VariableRecord | None:
    """The variable of that name, or None."""
    row = tx.one(f"{_SELECT} WHERE name = ?{tx.locking}", (name,))
    return None if row is None else _from_row(row)


def write(tx: Transaction, variable: VariableRecord) -> None:
    """Create a variable, or change value and tags of the one of that name."""
    tx.insert(
        "variable",
        {**variable._asdict(), "id": variable.id.bytes, "tags": json.dumps(list(variable.tags))},
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, tags = excluded.tags, updated = excluded.updated",
    )


def delete(tx: Transaction, name: str) -> bool:
    """Remove a variable; False if there is none."""
    return tx.execute("DELETE FROM variable WHERE name = ?", (name,)) == 1


def find_by_id(tx: Transaction, variable_id: UUID) -> VariableRecord | None:
    """The variable of that id, or None."""
    row = tx.one(f"{_SELECT} WHERE id = ?{tx.locking}", (variable_id.bytes,))
    return None if row is None else _from_row(row)


def change(tx: Transaction, variable: VariableRecord) -> None:
    """Write a variable as it is now, under its id, whatever its name was."""
    tx.execute(
        "UPDATE variable SET name = ?, value = ?, tags = ?, updated = ? WHERE id = ?",
        (variable.name, variable.value, json.dumps(list(variable.tags)), variable.updated, variable.id.bytes),
    )


def insert(tx: Transaction, variable: VariableRecord) -> bool:
    """Create a variable; False if there is one of that name."""
    values = {**variable._asdict(), "id": variable.id.bytes, "tags": json.dumps(list(variable.tags))}
    return tx.insert("variable", values, "ON CONFLICT (name) DO NOTHING") == 1


def as_row(variable: VariableRecord) -> Record:
    """A variable as the reading door gives it."""
    moments = {"created": to_datetime(variable.created), "updated": to_datetime(variable.updated)}
    return {**variable._asdict(), **moments, "value": json.loads(variable.value), "tags": list(variable.tags)}
