"""What a flow run waits for: who holds the slots that it or its tasks need, and whether anybody would take it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.core.times import to_micros
from prefect.storage.keyed.encoding import details_from_json
from prefect.storage.transaction import Transaction

MOST_HOLDERS = 100
MOST_TASKS = 200

_HOLDING = "('PENDING', 'RUNNING', 'CANCELLING')"


class SlotHolder(NamedTuple):
    """Who holds slots of a limit."""

    id: UUID
    kind: str
    name: str | None
    since: int
    occupy: int
    process: str | None
    expires: int | None


class Waiting(NamedTuple):
    """Somebody who waits for a limit."""

    limit_id: bytes
    run_id: UUID
    since: int | None


class WaitingTask(NamedTuple):
    """A task run that has not begun."""

    id: UUID
    name: str
    state_name: str
    since: int | None
    due: int | None
    tags: Sequence[str]


class Polls(NamedTuple):
    """Who looks after a place from which runs are taken."""

    online: int
    heard_of: int | None
    polled: int | None


_NAMED = """
SELECT slot.holder, slot.run_id, slot.acquired, slot.occupy, slot.process, slot.expires, flow_run.name, task_run.name
FROM concurrency_slot slot
LEFT JOIN flow_run ON flow_run.id = slot.run_id LEFT JOIN task_run ON task_run.id = slot.run_id
WHERE slot.limit_id = ? AND slot.expires > ? ORDER BY slot.acquired, slot.holder LIMIT ?
"""


def holders(tx: Transaction, limit_id: bytes, now: int) -> list[SlotHolder]:
    """Who holds slots of a limit, the longest first."""
    found = []
    for holder, run_id, acquired, occupy, process, expires, flow_run, task_run in tx.all(
        _NAMED, (limit_id, now, MOST_HOLDERS)
    ):
        kind = "flow_run" if flow_run is not None else "slot" if task_run is None else "task_run"
        who = UUID(bytes=bytes(run_id or holder))
        found.append(SlotHolder(who, kind, flow_run or task_run, acquired, occupy, process, expires))
    return found


def runs_under_way(tx: Transaction, queue_ids: Sequence[UUID]) -> list[SlotHolder]:
    """The runs that hold a slot of these queues, the longest first."""
    if not queue_ids:
        return []
    marks = ", ".join("?" * len(queue_ids))
    sql = (
        f"SELECT id, name, COALESCE(start_time, state_timestamp) FROM flow_run WHERE state_type IN {_HOLDING}"
        f" AND work_queue_id IN ({marks}) ORDER BY 3, id LIMIT ?"
    )
    rows = tx.all(sql, (*(each.bytes for each in queue_ids), MOST_HOLDERS))
    return [SlotHolder(UUID(bytes=bytes(row[0])), "flow_run", row[1], row[2], 1, None, None) for row in rows]


def waits(tx: Transaction, run_id: UUID, now: int) -> list[Waiting]:
    """What a flow run and its tasks stand in line for, the longest first."""
    sql = (
        "SELECT limit_id, run_id, since FROM slot_waiter WHERE expires > ? AND"
        " (run_id = ? OR run_id IN (SELECT id FROM task_run WHERE flow_run_id = ?)) ORDER BY since, limit_id LIMIT ?"
    )
    rows = tx.all(sql, (now, run_id.bytes, run_id.bytes, MOST_TASKS))
    return [Waiting(bytes(row[0]), UUID(bytes=bytes(row[1])), row[2]) for row in rows]


def waiting_tasks(tx: Transaction, run_id: UUID) -> list[WaitingTask]:
    """The task runs of a flow run that have not begun, or are to be tried again, the next first."""
    sql = (
        "SELECT id, name, state_name, state_timestamp, state_details, expected_start_time, tags FROM task_run"
        " WHERE flow_run_id = ? AND state_type IN ('SCHEDULED', 'PENDING') ORDER BY expected_start_time, id LIMIT ?"
    )
    found = []
    for id_, name, state, since, details, expected, tags in tx.all(sql, (run_id.bytes, MOST_TASKS)):
        listed = json.loads(tags) if isinstance(tags, str) else tags or ()
        found.append(WaitingTask(UUID(bytes=bytes(id_)), name, state, since, _due(details, expected), listed))
    return found


def _due(details: str | None, expected: int | None) -> int | None:
    known = details_from_json(details)
    return expected if known is None or known.scheduled_time is None else to_micros(known.scheduled_time)


def name_of_task(tx: Transaction, task_run_id: UUID) -> str | None:
    """The name of a task run; None if there is none of that id."""
    row = tx.one("SELECT name FROM task_run WHERE id = ?", (task_run_id.bytes,))
    return None if row is None else str(row[0])


def polls(tx: Transaction, pool_id: UUID, queue_id: UUID | None, now: int, unsaid: int, missed: int) -> Polls:
    """Who looks after a pool and its queue.

    Args:
        now: the moment, in microseconds.
        unsaid: seconds between signs of life of workers that don't say.
        missed: signs of life that a worker may miss.
    """
    silence = f"COALESCE(heartbeat_interval, {unsaid}) * {missed} * 1000000"
    row = tx.one(
        f"SELECT COALESCE(SUM(CASE WHEN last_heartbeat + {silence} > ? THEN 1 ELSE 0 END), 0), MAX(last_heartbeat)"
        " FROM worker WHERE work_pool_id = ?",
        (now, pool_id.bytes),
    )
    asked = None if queue_id is None else tx.one("SELECT last_polled FROM work_queue WHERE id = ?", (queue_id.bytes,))
    assert row is not None
    return Polls(int(row[0]), row[1], None if asked is None else asked[0])


def last_reason(tx: Transaction, run_id: UUID) -> str | None:
    """Why the last decision on a flow run fell as it did, where that was written down."""
    sql = "SELECT reason FROM flow_run_state WHERE flow_run_id = ? ORDER BY sequence DESC LIMIT 1"
    row = tx.one(sql, (run_id.bytes,))
    return None if row is None else row[0]
