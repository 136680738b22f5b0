"""Task runs as calls: what replay looks up, and what a crash leaves to be closed."""

from __future__ import annotations

from uuid import UUID

from prefect.core.ids import state_id
from prefect.core.ports import RecordedCall
from prefect.storage.transaction import Transaction

_CALLS = """
SELECT id, call_key, state_type, sequence, run_count, result_kind, result, state_name, state_message, created,
  expected_start_time, start_time, run_time
FROM task_run WHERE flow_run_id = ? AND call_key IS NOT NULL
"""


def recorded_calls(tx: Transaction, flow_run_id: UUID) -> list[RecordedCall]:
    """Every call of the flow run that carries a call key."""
    return [RecordedCall(UUID(bytes=row[0]), *row[1:]) for row in tx.all(_CALLS, (flow_run_id.bytes,))]


_OPEN = """
SELECT id, sequence, attempt, start_time, state_timestamp, state_type, run_time FROM task_run
WHERE flow_run_id = ? AND attempt <= ? AND state_type NOT IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
ORDER BY id
"""
_CRASH = """
UPDATE task_run SET sequence = ?, state_id = ?, state_type = 'CRASHED', state_name = 'Crashed', state_timestamp = ?,
  state_message = ?, state_details = NULL, end_time = ?, run_time = ?, updated = ? WHERE id = ? AND sequence = ?
"""


def crash_open_tasks(tx: Transaction, flow_run_id: UUID, attempt: int, message: str, now: int) -> int:
    """Mark the run's tasks that have not ended as crashed; returns how many."""
    rows = tx.all(_OPEN + tx.locking, (flow_run_id.bytes, attempt))
    for run_id, sequence, of_attempt, _start, since, state_type, run_time in rows:
        number = sequence + 1
        identity = state_id(int.from_bytes(run_id, "big"), number).to_bytes(16, "big")
        total = run_time + (max(now - since, 0) if state_type == "RUNNING" else 0)
        tx.execute(_CRASH, (number, identity, now, message, now, total, now, run_id, sequence))
        history: dict[str, object] = {
            "task_run_id": run_id,
            "sequence": number,
            "id": identity,
            "attempt": of_attempt,
        }
        entered = {"type": "CRASHED", "name": "Crashed", "timestamp": now, "message": message}
        tx.insert("task_run_state", {**history, **entered}, "ON CONFLICT DO NOTHING")
    return len(rows)


def drop_stored_replays(tx: Transaction, flow_run_id: UUID) -> list[str]:
    """Forget the references to large results kept for replay alone; returns their storage keys."""
    where = "WHERE flow_run_id = ? AND result_kind = 'replay'"
    keys = [row[0].decode() for row in tx.all(f"SELECT result FROM task_run {where}", (flow_run_id.bytes,))]
    if keys:
        tx.execute(f"UPDATE task_run SET result_kind = NULL, result = NULL {where}", (flow_run_id.bytes,))
    return keys
