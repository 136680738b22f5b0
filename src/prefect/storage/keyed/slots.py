"""Concurrency slots as rows: who holds how many of which limit and until when, and who waits since when.

Nothing counts slots: what is free follows from the rows, so that nothing can leak. Every acquisition leaves a row of
history that says who waited since when and held until when.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from prefect.storage.transaction import Transaction


class Claim(NamedTuple):
    """Slots that somebody takes, or waits for."""

    holder: UUID
    run_id: UUID | None
    attempt: int
    occupy: int
    holder_type: str | None = None
    """What `run_id` is the id of, where whoever claims says so."""


def hold(tx: Transaction, limit_id: bytes, claim: Claim, now: int, expires: int) -> None:
    """Have the claim's holder hold slots until `expires`; the history says since when it waited."""
    holder, run_id = claim.holder.bytes, _bytes(claim.run_id)
    row = tx.one("SELECT since FROM slot_waiter WHERE holder = ? ORDER BY since LIMIT 1", (holder,))
    slot: dict[str, object] = {
        "limit_id": limit_id,
        "holder": holder,
        "run_id": run_id,
        "attempt": claim.attempt,
        "holder_type": claim.holder_type,
    }
    held: dict[str, object] = {
        "process": tx.process,
        "occupy": claim.occupy,
        "acquired": now,
        "expires": expires,
    }
    tx.insert(
        "concurrency_slot",
        {**slot, **held},
        "ON CONFLICT (limit_id, holder) DO UPDATE SET expires = excluded.expires",
    )
    note(tx, limit_id, claim, now, None if row is None else row[0])


def note(
    tx: Transaction,
    limit_id: bytes,
    claim: Claim,
    now: int,
    waited_since: int | None,
    released: int | None = None,
) -> None:
    """Write an acquisition into the history."""
    known: dict[str, object] = {
        "limit_id": limit_id,
        "holder": claim.holder.bytes,
        "run_id": _bytes(claim.run_id),
    }
    times: dict[str, object] = {"waited_since": waited_since, "acquired": now, "released": released}
    tx.insert("slot_history", {**known, "occupy": claim.occupy, **times}, "ON CONFLICT DO NOTHING")


def waits_since(tx: Transaction, holder: UUID) -> int | None:
    """Since when a holder waits for slots; None if it does not."""
    row = tx.one("SELECT MIN(since) FROM slot_waiter WHERE holder = ?", (holder.bytes,))
    return None if row is None else row[0]


def waits_until(tx: Transaction, holder: UUID) -> int | None:
    """Until when a waiting holder is taken to be there; None if it does not wait."""
    row = tx.one("SELECT MIN(expires) FROM slot_waiter WHERE holder = ?", (holder.bytes,))
    return None if row is None else row[0]


def wait(tx: Transaction, limit_ids: list[bytes], claim: Claim, since: int, expires: int) -> None:
    """Queue a claim with these limits, and with no others."""
    stop_waiting(tx, claim.holder)
    for limit_id in limit_ids:
        who: dict[str, object] = {
            "limit_id": limit_id,
            "holder": claim.holder.bytes,
            "run_id": _bytes(claim.run_id),
        }
        rest: dict[str, object] = {
            "process": tx.process,
            "occupy": claim.occupy,
            "since": since,
            "expires": expires,
        }
        tx.insert("slot_waiter", {**who, **rest})


def stop_waiting(tx: Transaction, holder: UUID) -> int:
    """Take a holder out of every queue; returns of how many."""
    return tx.execute("DELETE FROM slot_waiter WHERE holder = ?", (holder.bytes,))


def is_held(tx: Transaction, holder: UUID, now: int) -> bool:
    """Whether a holder has slots whose lease has not run out."""
    row = tx.one("SELECT 1 FROM concurrency_slot WHERE holder = ? AND expires > ? LIMIT 1", (holder.bytes, now))
    return row is not None


def were_given(tx: Transaction, limit_ids: list[bytes], holder: UUID, now: int, rate: bool) -> bool:
    """Whether this holder was granted slots of these limits before: it still has them, or took them at a rate."""
    if not rate:
        return is_held(tx, holder, now)
    sql = "SELECT 1 FROM slot_history WHERE limit_id = ? AND holder = ?"
    return any(tx.one(sql, (limit_id, holder.bytes)) is not None for limit_id in limit_ids)


def renew(tx: Transaction, holder: UUID, now: int, expires: int) -> bool:
    """Extend one holder's lease; False if it holds nothing any more."""
    sql = "UPDATE concurrency_slot SET expires = ? WHERE holder = ? AND expires > ?"
    return tx.execute(sql, (expires, holder.bytes, now)) > 0


def renew_process(tx: Transaction, now: int, expires: int) -> int:
    """Extend every lease that this process holds and that has not run out; returns how many."""
    sql = "UPDATE concurrency_slot SET expires = CASE WHEN expires > ? THEN expires ELSE ? END"
    return tx.execute(f"{sql} WHERE process = ? AND expires > ?", (expires, expires, tx.process, now))


def adopt(tx: Transaction, run_id: UUID) -> int:
    """Have this process renew the slots that a run got before it began; returns how many."""
    return tx.execute("UPDATE concurrency_slot SET process = ? WHERE run_id = ?", (tx.process, run_id.bytes))


def holds_any(tx: Transaction) -> bool:
    """Whether this process holds slots."""
    return tx.one("SELECT 1 FROM concurrency_slot WHERE process = ? LIMIT 1", (tx.process,)) is not None


def in_use(tx: Transaction) -> bool:
    """Whether anybody holds slots or waits for some."""
    row = tx.one("SELECT EXISTS (SELECT 1 FROM concurrency_slot) OR EXISTS (SELECT 1 FROM slot_waiter)")
    return row is not None and bool(row[0])


_HELD = """
SELECT concurrency_slot.limit_id, concurrency_slot.occupy FROM concurrency_slot
LEFT JOIN concurrency_limit ON concurrency_limit.id = concurrency_slot.limit_id
WHERE concurrency_slot.holder = ? ORDER BY concurrency_limit.name
"""


def release(tx: Transaction, holder: UUID, now: int) -> list[tuple[bytes, int]]:
    """Free a holder's slots; returns the limits, by name, and how many of each."""
    key = (holder.bytes,)
    held = [(row[0], row[1]) for row in tx.all(_HELD, key)]
    stop_waiting(tx, holder)
    if held:
        tx.execute("UPDATE slot_history SET released = ? WHERE holder = ? AND released IS NULL", (now, *key))
        tx.execute("DELETE FROM concurrency_slot WHERE holder = ?", key)
    return held


def release_run(tx: Transaction, run_id: UUID, now: int) -> int:
    """Free every slot that a run holds; returns how many rows."""
    tx.execute("UPDATE slot_history SET released = ? WHERE run_id = ? AND released IS NULL", (now, run_id.bytes))
    tx.execute("DELETE FROM slot_waiter WHERE run_id = ?", (run_id.bytes,))
    return tx.execute("DELETE FROM concurrency_slot WHERE run_id = ?", (run_id.bytes,))


_OF_TASKS = """
SELECT DISTINCT concurrency_slot.run_id FROM concurrency_slot JOIN task_run ON task_run.id = concurrency_slot.run_id
WHERE task_run.flow_run_id = ? ORDER BY concurrency_slot.run_id
"""


def release_tasks_of(tx: Transaction, flow_run_id: UUID, now: int) -> int:
    """Free every slot that task runs of a flow run hold; returns of how many task runs."""
    found = tx.all(_OF_TASKS, (flow_run_id.bytes,))
    for (task_run_id,) in found:
        release_run(tx, UUID(bytes=bytes(task_run_id)), now)
    return len(found)


def release_lost(
    tx: Transaction, now: int, is_gone: Callable[[str], bool | None], limit_id: bytes | None = None
) -> int:
    """Free the slots, and leave the queues, of leases that ran out and of processes that ended.

    Args:
        limit_id: look at this limit alone; at all if None.

    Returns how many holders and waiters were lost.
    """
    return sum(_remove_lost(tx, table, now, is_gone, limit_id) for table in ("concurrency_slot", "slot_waiter"))


def _remove_lost(
    tx: Transaction, table: str, now: int, is_gone: Callable[[str], bool | None], limit_id: bytes | None
) -> int:
    where, parameters = ("", ()) if limit_id is None else (" WHERE limit_id = ?", (limit_id,))
    rows = tx.all(f"SELECT limit_id, holder, process, expires FROM {table}{where}", parameters)
    gone = {process: is_gone(process) for process in {row[2] for row in rows} if process and process != tx.process}
    lost = [(row[0], row[1]) for row in rows if row[3] <= now or gone.get(row[2])]
    for key in lost:
        tx.execute(f"DELETE FROM {table} WHERE limit_id = ? AND holder = ?", key)
        if table == "concurrency_slot":
            tx.execute(
                "UPDATE slot_history SET released = ? WHERE limit_id = ? AND holder = ? AND released IS NULL",
                (now, *key),
            )
    return len(lost)


# --- slots that are held until somebody gives them back

FOREVER = 253_402_300_799_000_000
"""The end of year 9999: when slots expire that were taken without a lease."""


def give_back(tx: Transaction, limit_id: bytes, slots: int, now: int) -> None:
    """Free up to so many slots of a limit that were taken without a lease, those taken first."""
    unleased = (
        "SELECT holder, occupy FROM concurrency_slot WHERE limit_id = ? AND expires = ? ORDER BY acquired, holder"
    )
    left = slots
    for holder, occupy in tx.all(unleased + tx.locking, (limit_id, FOREVER)):
        if occupy > left:
            sql = "UPDATE concurrency_slot SET occupy = ? WHERE limit_id = ? AND holder = ?"
            tx.execute(sql, (occupy - left, limit_id, holder))
            return
        _free(tx, "holder = ?", (limit_id, holder), now)
        left -= occupy


def release_all(tx: Transaction, limit_id: bytes, now: int) -> None:
    """Free every slot of a limit."""
    _free(tx, "1 = 1", (limit_id,), now)


def release_run_of(tx: Transaction, limit_id: bytes, run_id: UUID, now: int) -> None:
    """Free the slots of one limit that a run holds."""
    _free(tx, "(holder = ? OR run_id = ?)", (limit_id, run_id.bytes, run_id.bytes), now)


def held_by_run(tx: Transaction, limit_id: bytes, run_id: UUID, now: int) -> bool:
    """Whether a run holds a slot of a limit."""
    sql = "SELECT 1 FROM concurrency_slot WHERE limit_id = ? AND (holder = ? OR run_id = ?) AND expires > ? LIMIT 1"
    return tx.one(sql, (limit_id, run_id.bytes, run_id.bytes, now)) is not None


def _free(tx: Transaction, whose: str, key: tuple[object, ...], now: int) -> None:
    tx.execute(f"UPDATE slot_history SET released = ? WHERE limit_id = ? AND {whose} AND released IS NULL", (now, *key))
    tx.execute(f"DELETE FROM concurrency_slot WHERE limit_id = ? AND {whose}", key)


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
