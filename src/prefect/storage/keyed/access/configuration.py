"""What the server keeps for itself, by key: JSON text each."""

from __future__ import annotations

from uuid import UUID

from prefect.storage.transaction import Transaction


def find(tx: Transaction, key: str) -> str | None:
    """The JSON text of a key, or None."""
    row = tx.one("SELECT value FROM configuration WHERE key = ?" + tx.locking, (key,))
    return None if row is None else str(row[0])


def write(tx: Transaction, key: str, value: str, now: int) -> None:
    """Set a key to JSON text."""
    tx.insert(
        "configuration",
        {"key": key, "value": value, "created": now, "updated": now},
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated = excluded.updated",
    )


def write_first(tx: Transaction, key: str, value: str, now: int) -> None:
    """Set a key to JSON text unless it is set already, also by one who does so at this moment."""
    values: dict[str, object] = {"key": key, "value": value, "created": now, "updated": now}
    tx.insert("configuration", values, "ON CONFLICT (key) DO NOTHING")


def delete(tx: Transaction, key: str) -> bool:
    """Remove a key; False if there was none."""
    return tx.execute("DELETE FROM configuration WHERE key = ?", (key,)) == 1


def block_exists(tx: Transaction, block_id: UUID) -> bool:
    """Whether there is a block document of that id."""
    return tx.one("SELECT 1 FROM block_document WHERE id = ?", (block_id.bytes,)) is not None
