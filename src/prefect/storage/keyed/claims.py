"""Which replica makes the next pass of a background duty."""

from __future__ import annotations

from typing import NamedTuple

from prefect.storage.transaction import Transaction

BEAT = "readiness"
"""The row of nobody's duty, which is written to see whether writing is possible."""


def beat(tx: Transaction, now: int) -> None:
    """Write something that means nothing."""
    new: dict[str, object] = {"name": BEAT, "due": now, "holder": tx.process, "done": 0, "updated": now}
    tx.insert("service", new, "ON CONFLICT (name) DO UPDATE SET updated = excluded.updated, holder = excluded.holder")


class LastPass(NamedTuple):
    """The last pass of a duty that any replica made."""

    name: str
    due: int
    holder: str
    number: int
    updated: int


def last_passes(tx: Transaction) -> list[LastPass]:
    """The last pass of each duty that replicas share."""
    sql = "SELECT name, due, holder, done, updated FROM service WHERE name <> ? ORDER BY name"
    return [LastPass(*row) for row in tx.all(sql, (BEAT,))]


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
