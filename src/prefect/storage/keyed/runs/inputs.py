"""Values sent to flow runs, by their keys."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction

INPUT = Columns("flow_run_input", ("key", "value", "sender"), ("id", "flow_run_id"), ("created", "updated"))


def insert(
    tx: Transaction, new_id: UUID, flow_run_id: UUID, key: str, value: str, sender: str | None, now: int
) -> bool:
    """A new value, as JSON text; False if the flow run has one of that key."""
    own: dict[str, object] = {"id": new_id.bytes, "flow_run_id": flow_run_id.bytes, "key": key, "value": value}
    rest: dict[str, object] = {"sender": sender, "created": now, "updated": now}
    return tx.insert("flow_run_input", {**own, **rest}, "ON CONFLICT (flow_run_id, key) DO NOTHING") == 1


def find(tx: Transaction, flow_run_id: UUID, key: str) -> Record | None:
    """The value of that key, or None."""
    return rows.first(tx, INPUT, "WHERE flow_run_id = ? AND key = ?", (flow_run_id.bytes, key))


def starting_with(tx: Transaction, flow_run_id: UUID, prefix: str, but: Sequence[str], limit: int) -> list[Record]:
    """Values whose keys begin with a prefix, the first sent first, without those of the keys in `but`."""
    marks = f"AND key NOT IN ({', '.join('?' * len(but))}) " if but else ""
    where = f"WHERE flow_run_id = ? AND substr(key, 1, CAST(? AS INTEGER)) = ? {marks}ORDER BY created, id LIMIT ?"
    return rows.select(tx, INPUT, where, (flow_run_id.bytes, len(prefix), prefix, *but, limit))


def delete(tx: Transaction, flow_run_id: UUID, key: str) -> bool:
    """Remove a value; False if there is none."""
    sql = "DELETE FROM flow_run_input WHERE flow_run_id = ? AND key = ?"
    return tx.execute(sql, (flow_run_id.bytes, key)) == 1
