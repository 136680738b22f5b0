"""Artifacts by id and by key. New ones come through the journal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect.core.records.artifacts import ArtifactRecord
from prefect.storage.transaction import Transaction

_SELECT = "SELECT id, key, type, data, description, metadata, flow_run_id, task_run_id, created, updated FROM artifact"


def newest(tx: Transaction, key: str | None) -> ArtifactRecord | None:
    """The newest artifact of a key, or of all if the key is None."""
    where, parameters = ("", ()) if key is None else (" WHERE key = ?", (key,))
    row = tx.one(f"{_SELECT}{where} ORDER BY updated DESC, id DESC LIMIT 1", parameters)
    return None if row is None else _from_row(row)


def load(tx: Transaction, artifact_id: UUID) -> ArtifactRecord | None:
    """The artifact of that id, or None."""
    row = tx.one(f"{_SELECT} WHERE id = ?", (artifact_id.bytes,))
    return None if row is None else _from_row(row)


def update(tx: Transaction, artifact_id: UUID, data: str | None, description: str | None, now: int) -> bool:
    """Change what is given of an artifact; False if there is none."""
    sql = (
        "UPDATE artifact SET data = COALESCE(?, data), description = COALESCE(?, description), updated = ? WHERE id = ?"
    )
    return tx.execute(sql, (data, description, now, artifact_id.bytes)) == 1


def _from_row(row: tuple[Any, ...]) -> ArtifactRecord:
    ids = (UUID(bytes=value) if value is not None else None for value in (row[0], row[6], row[7]))
    identity, flow_run_id, task_run_id = ids
    assert identity is not None
    return ArtifactRecord._make((identity, *row[1:6], flow_run_id, task_run_id, *row[8:]))


def change(tx: Transaction, artifact_id: UUID, changes: dict[str, object], now: int) -> bool:
    """Set columns of an artifact; False if there is none."""
    named = {**changes, "updated": now}
    assignments = ", ".join(f'"{name}" = ?' for name in named)
    return tx.execute(f"UPDATE artifact SET {assignments} WHERE id = ?", (*named.values(), artifact_id.bytes)) == 1


def delete(tx: Transaction, artifact_id: UUID) -> bool:
    """Remove an artifact; False if there is none."""
    return tx.execute("DELETE FROM artifact WHERE id = ?", (artifact_id.bytes,)) == 1
