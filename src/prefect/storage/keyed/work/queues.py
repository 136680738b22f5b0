"""Work queues by key, their order within a pool, and the runs that they hand out.

Priorities within a pool are distinct: 1 comes first, and whoever takes one that is taken pushes the others on, up to
the next gap. Whoever changes them holds the pool's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction

QUEUE = Columns(
    "work_queue",
    ("name", "description", "concurrency_limit", "priority"),
    ("id", "work_pool_id"),
    ("last_polled", "created", "updated"),
    ("filter",),
    ("paused",),
)


def by_id(tx: Transaction, queue_id: UUID) -> Record | None:
    """The queue of that id, or None."""
    return rows.first(tx, QUEUE, "WHERE id = ?", (queue_id.bytes,))


def by_name(tx: Transaction, pool_id: UUID, name: str) -> Record | None:
    """The queue of a pool by its name, or None."""
    return rows.first(tx, QUEUE, "WHERE work_pool_id = ? AND name = ?", (pool_id.bytes, name))


def of_pool(tx: Transaction, pool_id: UUID) -> list[Record]:
    """A pool's queues, by priority."""
    return rows.select(tx, QUEUE, "WHERE work_pool_id = ? ORDER BY priority, name", (pool_id.bytes,))


def insert(tx: Transaction, values: Mapping[str, object], priority: int | None) -> None:
    """A new queue of a pool whose row is held; without a priority it takes the first that is free."""
    pool_id = values["work_pool_id"]
    assert isinstance(pool_id, UUID)
    taken = _priorities(tx, pool_id)
    if priority is None:
        priority = next(number for number in range(1, len(taken) + 2) if number not in taken)
    else:
        _make_room(tx, pool_id, taken, priority)
    rows.insert(tx, QUEUE, {**values, "priority": priority})


def change(tx: Transaction, queue: Record, changes: Mapping[str, object]) -> None:
    """Set columns of a queue of a pool whose row is held."""
    priority = changes.get("priority")
    if isinstance(priority, int) and priority != queue["priority"]:
        taken = _priorities(tx, queue["work_pool_id"])
        _make_room(tx, queue["work_pool_id"], taken - {queue["priority"]}, priority, but=queue["id"])
    rows.change(tx, QUEUE, queue["id"], changes)


def _priorities(tx: Transaction, pool_id: UUID) -> set[int]:
    return {row[0] for row in tx.all("SELECT priority FROM work_queue WHERE work_pool_id = ?", (pool_id.bytes,))}


def _make_room(tx: Transaction, pool_id: UUID, taken: set[int], priority: int, but: UUID | None = None) -> None:
    end = priority
    while end in taken:
        end += 1
    if end > priority:
        sql = "UPDATE work_queue SET priority = priority + 1 WHERE work_pool_id = ? AND priority >= ? AND priority < ?"
        tx.execute(f"{sql} AND id <> ?", (pool_id.bytes, priority, end, b"" if but is None else but.bytes))


def delete(tx: Transaction, queue_id: UUID) -> bool:
    """Remove a queue; what was to run from it has none any more. False if there is none."""
    key = (queue_id.bytes,)
    tx.execute("UPDATE deployment SET work_queue_id = NULL, work_pool_name = NULL WHERE work_queue_id = ?", key)
    tx.execute("UPDATE flow_run SET work_queue_id = NULL, work_pool_name = NULL WHERE work_queue_id = ?", key)
    return tx.execute("DELETE FROM work_queue WHERE id = ?", key) == 1


def note_polled(tx: Transaction, ids: Sequence[UUID], now: int) -> None:
    """Note that somebody asked for runs of these queues."""
    for queue_id in sorted(ids):
        tx.execute("UPDATE work_queue SET last_polled = ? WHERE id = ?", (now, queue_id.bytes))


# --- handing out


class Window(NamedTuple):
    """Which scheduled runs are wanted: from and until when, in microseconds, and how many."""

    after: int | None
    before: int | None
    limit: int


def due(tx: Transaction, queues: Sequence[Record], pool_limit: int | None, window: Window) -> list[tuple[UUID, UUID]]:
    """The runs that may start now, as (run, queue): queues in the order given, and within one the next run first.

    Paused queues hand out nothing; limits leave room for the runs that are under way. Runs that others decide on just
    now are passed over.

    Args:
        pool_limit: how many runs of all these queues' pool may be under way, if it has a limit.
    """
    left = window.limit
    if pool_limit is not None and queues:
        left = min(left, pool_limit - sum(under_way(tx, queues[0]["work_pool_id"]).values()))
    found: list[tuple[UUID, UUID]] = []
    for queue in queues:
        room = left - len(found)
        if queue["concurrency_limit"] is not None:
            busy = under_way(tx, queue["work_pool_id"]).get(queue["id"], 0)
            room = min(room, queue["concurrency_limit"] - busy)
        if room > 0 and not queue["paused"]:
            found += [(run_id, queue["id"]) for run_id in _due_in(tx, queue["id"], window, room)]
    return found


def _due_in(tx: Transaction, queue_id: UUID, window: Window, room: int) -> list[UUID]:
    bounds = [(">=", window.after), ("<=", window.before)]
    given = [(sign, moment) for sign, moment in bounds if moment is not None]
    times = "".join(f" AND next_scheduled_start_time {sign} ?" for sign, _ in given)
    sql = (
        f"SELECT id FROM flow_run WHERE work_queue_id = ? AND state_type = 'SCHEDULED'{times}"
        f" ORDER BY next_scheduled_start_time, id LIMIT ?{tx.skip_locked}"
    )
    found = tx.all(sql, (queue_id.bytes, *(moment for _, moment in given), room))
    return [UUID(bytes=bytes(row[0])) for row in found]


def under_way(tx: Transaction, pool_id: UUID) -> dict[UUID, int]:
    """How many runs of each of a pool's queues hold a slot of it."""
    sql = (
        "SELECT work_queue_id, COUNT(*) FROM flow_run WHERE state_type IN ('PENDING', 'RUNNING', 'CANCELLING')"
        " AND work_queue_id IN (SELECT id FROM work_queue WHERE work_pool_id = ?) GROUP BY work_queue_id"
    )
    return {UUID(bytes=bytes(row[0])): row[1] for row in tx.all(sql, (pool_id.bytes,))}
