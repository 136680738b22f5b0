"""Work pools by name, each with a default queue, and the workers that report to them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.keyed.work import queues
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction

AGENT_TYPE = "prefect-agent"
"""The type of pools that agents poll, which have no status."""

UNSAID_INTERVAL = 30
"""Seconds between signs of life of workers that don't say."""

MISSED = 3
"""Signs of life that a worker may miss."""

POLLED_SECONDS = 60
"""How long after a poll a queue or a deployment counts as looked after."""

POOL = Columns(
    "work_pool",
    ("name", "description", "type", "concurrency_limit"),
    ("id", "default_queue_id"),
    ("created", "updated"),
    ("base_job_template", "storage_configuration"),
    ("paused",),
)


def by_name(tx: Transaction, name: str) -> Record | None:
    """The pool of that name, or None; its queues stay in order while a decision rests on it."""
    return rows.first(tx, POOL, "WHERE name = ?", (name,), locking=True)


def by_id(tx: Transaction, pool_id: UUID) -> Record | None:
    """The pool of that id, or None."""
    return rows.first(tx, POOL, "WHERE id = ?", (pool_id.bytes,))


def id_by_name(tx: Transaction, name: str) -> UUID | None:
    """The id of the pool of that name, which is not held; None if there is none."""
    row = tx.one("SELECT id FROM work_pool WHERE name = ?", (name,))
    return None if row is None else UUID(bytes=bytes(row[0]))


def id_of_queue(tx: Transaction, queue_id: UUID | None) -> UUID | None:
    """The pool of a queue, None if there is none."""
    queue = None if queue_id is None else queues.by_id(tx, queue_id)
    found: UUID | None = None if queue is None else queue["work_pool_id"]
    return found


def hold(tx: Transaction, pool_id: UUID) -> None:
    """Keep a pool's queues in order while a decision rests on them."""
    tx.one(f"SELECT 1 FROM work_pool WHERE id = ?{tx.locking}", (pool_id.bytes,))


def insert(tx: Transaction, values: Mapping[str, object], default_queue: Mapping[str, object]) -> bool:
    """A new pool with its default queue; False if there is one of that name."""
    if by_name(tx, str(values["name"])) is not None:
        return False
    rows.insert(tx, POOL, {**values, "default_queue_id": default_queue["id"]})
    rows.insert(tx, queues.QUEUE, {**default_queue, "work_pool_id": values["id"]})
    return True


def change(tx: Transaction, name: str, changes: Mapping[str, object]) -> bool:
    """Set columns of a pool; False if there is none."""
    found = by_name(tx, name)
    return found is not None and rows.change(tx, POOL, found["id"], changes)


def delete(tx: Transaction, name: str) -> bool:
    """Remove a pool with its queues and workers; what was to run there has no queue any more. False if there is none."""
    found = by_name(tx, name)
    if found is None:
        return False
    key = (found["id"].bytes,)
    of_pool = "work_queue_id IN (SELECT id FROM work_queue WHERE work_pool_id = ?)"
    tx.execute(f"UPDATE deployment SET work_queue_id = NULL, work_pool_name = NULL WHERE {of_pool}", key)
    tx.execute(f"UPDATE flow_run SET work_queue_id = NULL, work_pool_name = NULL WHERE {of_pool}", key)
    tx.execute("DELETE FROM work_queue WHERE work_pool_id = ?", key)
    tx.execute("DELETE FROM worker WHERE work_pool_id = ?", key)
    return tx.execute("DELETE FROM work_pool WHERE id = ?", key) == 1


def note_heartbeat(tx: Transaction, new_id: UUID, pool_id: UUID, name: str, interval: int | None, now: int) -> None:
    """Note that a worker reported; one that says nothing of its interval keeps what it said before."""
    values = {"id": new_id.bytes, "work_pool_id": pool_id.bytes, "name": name, "heartbeat_interval": interval}
    tx.insert(
        "worker",
        {**values, "last_heartbeat": now, "created": now, "updated": now},
        "ON CONFLICT (work_pool_id, name) DO UPDATE SET last_heartbeat = excluded.last_heartbeat,"
        " updated = excluded.updated,"
        ' heartbeat_interval = COALESCE(excluded.heartbeat_interval, "worker".heartbeat_interval)',
    )


def delete_worker(tx: Transaction, pool_id: UUID, name: str) -> bool:
    """Forget a worker; False if there is none."""
    return tx.execute("DELETE FROM worker WHERE work_pool_id = ? AND name = ?", (pool_id.bytes, name)) == 1
