"""Which replica makes the next pass of a background duty."""

from __future__ import annotations

from prefect.storage.transaction import Transaction


def claim(tx: Transaction, name: str, now: int, again: int) -> bool:
    """Take a pass that is due, and say when the next one is; False if it is not due, or another has it."""
    row = tx.one(f"SELECT due FROM service WHERE name = ?{tx.skip_locked}", (name,))
    if row is None:
        new: dict[str, object] = {"name": name, "due": again, "holder": tx.process, "done": 0, "updated": now}
        return tx.insert("service", new, "ON CONFLICT (name) DO NOTHING") == 1
    if row[0] > now:
        return False
    tx.execute(
        "UPDATE service SET due = ?, holder = ?, done = done + 1, updated = ? WHERE name = ?",
        (again, tx.process, now, name),
    )
    return True
