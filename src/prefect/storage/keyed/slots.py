"""Concurrency slots as rows: who holds how many of which limit, and until when."""

from __future__ import annotations

from uuid import UUID

from prefect.storage.transaction import Transaction


def release_run(tx: Transaction, run_id: UUID, now: int) -> int:
    """Free every slot that a run holds; returns how many rows."""
    tx.execute(
        "UPDATE slot_history SET released = ? WHERE run_id = ? AND released IS NULL", (now, run_id.bytes)
    )
    tx.execute("DELETE FROM slot_waiter WHERE run_id = ?", (run_id.bytes,))
    return tx.execute("DELETE FROM concurrency_slot WHERE run_id = ?", (run_id.bytes,))
