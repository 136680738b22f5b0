"""Attempts and their leases: who runs a flow run, and until when that is taken for granted.

The number of an attempt is its fencing number. The lease is renewed by the process that supervises the run; on the
machine of the holder, whether that process lives is looked at first, so that a run which starves its own heartbeat is
not taken for dead.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from prefect.storage.transaction import Transaction


class Attempt(NamedTuple):
    """An attempt that has not ended."""

    run_id: UUID
    number: int
    holder: str
    started: int
    expires: int


def open_attempt(tx: Transaction, run_id: UUID, number: int, now: int, expires: int) -> None:
    """Give the run's attempt to this process."""
    values: dict[str, object] = {"run_id": run_id.bytes, "attempt": number, "holder": tx.process}
    moments = {"started": now, "renewed": now, "expires": expires, "ended": None}
    again = "ON CONFLICT (run_id, attempt) DO UPDATE SET holder = excluded.holder, renewed = excluded.renewed,"
    tx.insert("run_attempt", {**values, **moments}, again + " expires = excluded.expires, ended = NULL")


def close_attempt(tx: Transaction, run_id: UUID, number: int, now: int) -> None:
    """End the attempt and every earlier one of the run."""
    sql = "UPDATE run_attempt SET ended = ? WHERE run_id = ? AND attempt <= ? AND ended IS NULL"
    tx.execute(sql, (now, run_id.bytes, number))


def renew_all(tx: Transaction, now: int, expires: int) -> int:
    """Renew every lease this process holds; returns how many."""
    sql = "UPDATE run_attempt SET renewed = ?, expires = ? WHERE holder = ? AND ended IS NULL"
    return tx.execute(sql, (now, expires, tx.process))


def open_attempts(tx: Transaction) -> list[Attempt]:
    """All attempts that have not ended."""
    rows = tx.all("SELECT run_id, attempt, holder, started, expires FROM run_attempt WHERE ended IS NULL")
    return [
        Attempt(UUID(bytes=run_id), number, holder, started, expires)
        for run_id, number, holder, started, expires in rows
    ]


def live_attempt(tx: Transaction, run_id: UUID) -> Attempt | None:
    """The run's attempt that has not ended, if any."""
    return next((attempt for attempt in _of_run(tx, run_id)), None)


def _of_run(tx: Transaction, run_id: UUID) -> list[Attempt]:
    sql = "SELECT run_id, attempt, holder, started, expires FROM run_attempt WHERE run_id = ? AND ended IS NULL"
    rows = tx.all(sql + " ORDER BY attempt DESC", (run_id.bytes,))
    return [
        Attempt(UUID(bytes=found), number, holder, started, expires) for found, number, holder, started, expires in rows
    ]


def held_in_state(tx: Transaction, state_type: str) -> list[UUID]:
    """The runs this process holds that are in a type of state."""
    sql = (
        "SELECT run_attempt.run_id FROM run_attempt JOIN flow_run ON flow_run.id = run_attempt.run_id"
        " WHERE run_attempt.holder = ? AND run_attempt.ended IS NULL AND flow_run.state_type = ?"
    )
    return [UUID(bytes=row[0]) for row in tx.all(sql, (tx.process, state_type))]
