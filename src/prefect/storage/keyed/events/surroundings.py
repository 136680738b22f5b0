"""What a flow run belongs to, by the names that its events give."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from prefect.storage.transaction import Transaction


class Named(NamedTuple):
    """Something by its id and name."""

    id: UUID
    name: str


class Pool(NamedTuple):
    """A work pool."""

    id: UUID
    name: str
    type: str


def deployment(tx: Transaction, deployment_id: UUID) -> Named | None:
    """A deployment's name; None if there is none of that id."""
    row = tx.one("SELECT name FROM deployment WHERE id = ?", (deployment_id.bytes,))
    return None if row is None else Named(deployment_id, row[0])


def task_run(tx: Transaction, task_run_id: UUID) -> Named | None:
    """A task run's name; None if there is none of that id."""
    row = tx.one("SELECT name FROM task_run WHERE id = ?", (task_run_id.bytes,))
    return None if row is None else Named(task_run_id, row[0])


_QUEUE = """
SELECT work_queue.name, work_pool.id, work_pool.name, work_pool.type
FROM work_queue JOIN work_pool ON work_pool.id = work_queue.work_pool_id WHERE work_queue.id = ?
"""


def queue_and_pool(tx: Transaction, queue_id: UUID) -> tuple[Named, Pool] | None:
    """A work queue with its pool; None if there is none of that id."""
    row = tx.one(_QUEUE, (queue_id.bytes,))
    if row is None:
        return None
    return Named(queue_id, row[0]), Pool(UUID(bytes=bytes(row[1])), row[2], row[3])
