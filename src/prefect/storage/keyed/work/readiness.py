"""Whether somebody looks after work pools, queues and deployments, as far as that has been told.

Lists compute the status of the moment; the column `status` is the one that the last event told, so that each change is told
once, whichever replica notices it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from prefect.storage.keyed.work.pools import MISSED, POLLED_SECONDS, UNSAID_INTERVAL
from prefect.storage.transaction import Transaction

READY, NOT_READY = "READY", "NOT_READY"

Table = Literal["work_pool", "work_queue", "deployment"]

_SILENCE = f"(CASE WHEN COALESCE(heartbeat_interval, 0) > 0 THEN heartbeat_interval ELSE {UNSAID_INTERVAL} END)"
_ONLINE = (
    "SELECT 1 FROM worker WHERE work_pool_id = work_pool.id"
    f" AND last_heartbeat >= ? - CAST({_SILENCE} AS BIGINT) * {MISSED * 1_000_000}"
)
_UNATTENDED = {
    "work_pool": f"NOT EXISTS ({_ONLINE})",
    "work_queue": f"last_polled < ? - {POLLED_SECONDS * 1_000_000}",
    "deployment": f"last_polled < ? - {POLLED_SECONDS * 1_000_000}",
}


def not_ready(tx: Transaction, table: Table, column: str, ids: Sequence[UUID]) -> list[UUID]:
    """Of the rows whose `column` has one of these ids, those that were not told to be ready."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT id FROM {table} WHERE {column} IN ({marks}) AND COALESCE(status, '') <> '{READY}' ORDER BY id"
    return _ids(tx.all(sql, tuple(each.bytes for each in ids)))


def unattended(tx: Transaction, table: Table, now: int, limit: int) -> list[UUID]:
    """Rows that were told to be ready, and that nobody has asked after for too long by now."""
    sql = f"SELECT id FROM {table} WHERE status = '{READY}' AND {_UNATTENDED[table]} ORDER BY id LIMIT ?"
    return _ids(tx.all(sql, (now, limit)))


def turn(tx: Transaction, table: Table, row_id: UUID, status: str) -> bool:
    """Note what is told of a row; False if that was told already."""
    sql = f"UPDATE {table} SET status = ? WHERE id = ? AND COALESCE(status, '') <> ?"
    return tx.execute(sql, (status, row_id.bytes, status)) == 1


def _ids(rows: Sequence[tuple[Any, ...]]) -> list[UUID]:
    return [UUID(bytes=bytes(row[0])) for row in rows]
