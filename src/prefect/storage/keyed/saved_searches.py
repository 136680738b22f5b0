"""Saved searches by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.storage.documents import Record
from prefect.storage.transaction import Transaction


def write(tx: Transaction, new_id: UUID, name: str, filters: Sequence[object], now: int) -> tuple[Record, bool]:
    """The search of that name with these filters, and whether it was made just now."""
    values: dict[str, object] = {"id": new_id.bytes, "name": name, "filters": json.dumps(list(filters))}
    made = tx.insert("saved_search", {**values, "created": now, "updated": now}, "ON CONFLICT (name) DO NOTHING") == 1
    if not made:
        tx.execute(
            "UPDATE saved_search SET filters = ?, updated = ? WHERE name = ?", (json.dumps(list(filters)), now, name)
        )
    row = tx.one("SELECT id, name, filters, created, updated FROM saved_search WHERE name = ?", (name,))
    assert row is not None
    moments = {"created": to_datetime(row[3]), "updated": to_datetime(row[4])}
    return {"id": UUID(bytes=row[0]), "name": row[1], "filters": json.loads(row[2]), **moments}, made


def delete(tx: Transaction, search_id: UUID) -> bool:
    """Remove a search; False if there is none."""
    return tx.execute("DELETE FROM saved_search WHERE id = ?", (search_id.bytes,)) == 1
