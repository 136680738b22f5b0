"""Variables by name."""

from __future__ import annotations

import json
from uuid import UUID

from prefect.core.records.variables import VariableRecord
from prefect.storage.transaction import Transaction


def find(tx: Transaction, name: str) -> VariableRecord | None:
    """The variable of that name, or None."""
    row = tx.one("SELECT id, name, value, tags, created, updated FROM variable WHERE name = ?", (name,))
    if row is None:
        return None
    return VariableRecord(UUID(bytes=row[0]), row[1], row[2], json.loads(row[3]), row[4], row[5])


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
