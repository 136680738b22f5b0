"""Flows by id and by name: made once, changed, and deleted with all that hangs on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.storage.documents import Record
from prefect.storage.keyed import flow_runs
from prefect.storage.transaction import Transaction

_SELECT = "SELECT id, name, tags, labels, created, updated FROM flow"


def ensure(
    tx: Transaction, new_id: UUID, name: str, tags: Sequence[str], labels: Mapping[str, object], now: int
) -> tuple[Record, bool]:
    """The flow of that name, and whether it was made just now."""
    values: dict[str, object] = {"id": new_id.bytes, "name": name, "tags": json.dumps(list(tags))}
    rest: dict[str, object] = {"labels": json.dumps(dict(labels)), "created": now, "updated": now}
    made = tx.insert("flow", {**values, **rest}, "ON CONFLICT (name) DO NOTHING")
    row = tx.one(f"{_SELECT} WHERE name = ?", (name,))
    assert row is not None
    return _from_row(row), made == 1


def _from_row(row: tuple[Any, ...]) -> Record:
    return {
        "id": UUID(bytes=bytes(row[0])),
        "name": row[1],
        "tags": json.loads(row[2]),
        "labels": json.loads(row[3]),
        "created": to_datetime(row[4]),
        "updated": to_datetime(row[5]),
    }


def find(tx: Transaction, flow_id: UUID) -> Record | None:
    """The flow of that id, or None."""
    row = tx.one(f"{_SELECT} WHERE id = ?", (flow_id.bytes,))
    return None if row is None else _from_row(row)


def set_tags(tx: Transaction, flow_id: UUID, tags: Sequence[str], now: int) -> bool:
    """Change a flow's tags; False if there is no such flow."""
    sql = "UPDATE flow SET tags = ?, updated = ? WHERE id = ?"
    return tx.execute(sql, (json.dumps(list(tags)), now, flow_id.bytes)) == 1


def exists(tx: Transaction, flow_id: UUID) -> bool:
    """Whether there is a flow of that id."""
    return tx.one("SELECT 1 FROM flow WHERE id = ?", (flow_id.bytes,)) is not None


def deployments_of(tx: Transaction, flow_id: UUID) -> list[UUID]:
    """The deployments of a flow."""
    found = tx.all("SELECT id FROM deployment WHERE flow_id = ? ORDER BY id", (flow_id.bytes,))
    return [UUID(bytes=bytes(row[0])) for row in found]


def delete(tx: Transaction, flow_id: UUID) -> bool:
    """Remove a flow with its runs, once its deployments are gone; False if there is none."""
    key = (flow_id.bytes,)
    for (run_id,) in tx.all("SELECT id FROM flow_run WHERE flow_id = ?", key):
        flow_runs.delete(tx, UUID(bytes=bytes(run_id)))
    return tx.execute("DELETE FROM flow WHERE id = ?", key) == 1
