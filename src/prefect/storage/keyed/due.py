"""Flow runs for which something is due: late starts, pauses and cancellations that took too long. Claims, a few at a time."""

from __future__ import annotations

from uuid import UUID

from prefect.storage.transaction import Transaction

_OLDEST = "ORDER BY id LIMIT ?"


def _ids(rows: list[tuple[bytes, ...]]) -> list[UUID]:
    return [UUID(bytes=bytes(row[0])) for row in rows]


def overdue(tx: Transaction, before: int, most: int) -> list[UUID]:
    """Runs that wait in a state named Scheduled although they were to start before that moment."""
    sql = (
        "SELECT id FROM flow_run WHERE state_type = 'SCHEDULED' AND state_name = 'Scheduled'"
        f" AND next_scheduled_start_time <= ? {_OLDEST}{tx.skip_locked}"
    )
    return _ids(tx.all(sql, (before, most)))


def in_state(tx: Transaction, state_type: str, entered_before: int, most: int, after: UUID | None = None) -> list[UUID]:
    """Runs that have been in a type of state since before a moment, in the order of their ids, from behind `after`."""
    sql = f"SELECT id FROM flow_run WHERE state_type = ? AND state_timestamp <= ? AND id > ? {_OLDEST}{tx.skip_locked}"
    return _ids(tx.all(sql, (state_type, entered_before, b"" if after is None else after.bytes, most)))


def children_left_by(tx: Transaction, state_type: str, most: int) -> list[UUID]:
    """Runs that have not ended although the run that called them has, in a type of state."""
    sql = (
        "SELECT child.id FROM flow_run child JOIN flow_run parent ON parent.id = child.parent_flow_run_id"
        " WHERE parent.state_type = ? AND child.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')"
        " ORDER BY child.id LIMIT ?"
    )
    return _ids(tx.all(sql, (state_type, most)))
