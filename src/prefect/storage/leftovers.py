"""What retention finds beside rows that are simply old: events kept for a shorter time, rows whose run is gone, counts.

Each function is one bounded pass, safe in several processes at once.
"""

from __future__ import annotations

from typing import NamedTuple

from prefect.core.times import SECOND, to_datetime
from prefect.storage.maintenance import PRUNABLE, TERMINAL
from prefect.storage.postgres.partitions import first_id
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

DAY = 86_400 * SECOND


def prune_events_named(store: Store, name: str, before: int, limit: int = 1_000) -> int:
    """Delete events of a name that occurred before a moment, with what they are about; returns how many, at most `limit`."""
    oldest = "SELECT id FROM event WHERE name = ? AND occurred < ? ORDER BY occurred LIMIT ?"
    found = store.read(lambda tx: tx.all(oldest, (name, before, limit)))

    def delete(tx: Transaction) -> int:
        for table, column in (("event_resource", "event_id"), ("event", "id")):
            for start in range(0, len(found), 200):
                some = [row[0] for row in found[start : start + 200]]
                tx.execute(f"DELETE FROM {table} WHERE {column} IN ({', '.join('?' * len(some))})", some)
        return len(found)

    return store.transact(delete) if found else 0


# --- rows whose run is gone


class Orphans(NamedTuple):
    """Where rows of a table belong, and what they are without when that is gone."""

    key: str
    """By which the table is gone through: an id that begins with the moment it was made at."""

    column: str
    parent: str


ORPHANS = {
    "task_run": Orphans("id", "flow_run_id", "flow_run"),
    "flow_run_state": Orphans("flow_run_id", "flow_run_id", "flow_run"),
    "task_run_state": Orphans("task_run_id", "task_run_id", "task_run"),
    "log": Orphans("id", "flow_run_id", "flow_run"),
    "artifact": Orphans("id", "flow_run_id", "flow_run"),
    "flow_run_input": Orphans("id", "flow_run_id", "flow_run"),
    "run_attempt": Orphans("run_id", "run_id", "flow_run"),
    "event_resource": Orphans("event_id", "event_id", "event"),
}
"""In this order: what belonged to task runs that go is found in the same round."""

YOUNGEST = DAY
"""Rows younger than that may belong to what is still being written."""


def delete_orphans(store: Store, table: str, after: bytes, now: int, window: int = 5_000) -> tuple[int, bytes | None]:
    """Go through the next rows of a table of `ORPHANS` and delete those whose run is gone.

    Args:
        after: the key behind which to begin; empty at first.
        now: the moment, in microseconds.
        window: rows to look at.

    Returns how many were deleted, and the key to go on behind; None when the table has been gone through.
    """
    known = ORPHANS[table]
    end = first_id(to_datetime(now - YOUNGEST))
    span = f"{known.key} > ? AND {known.key} < ?"
    ahead = f"SELECT {known.key} FROM {table} WHERE {span} ORDER BY {known.key} LIMIT 1 OFFSET {window - 1}"
    row = store.read(lambda tx: tx.one(ahead, (after, end)))
    last = end if row is None else bytes(row[0])
    lost = (
        f"{known.key} > ? AND {known.key} <= ? AND {known.column} IS NOT NULL AND NOT EXISTS"
        f" (SELECT 1 FROM {known.parent} WHERE {known.parent}.id = {table}.{known.column})"
    )
    found = store.read(lambda tx: tx.one(f"SELECT 1 FROM {table} WHERE {lost} LIMIT 1", (after, last)))
    deleted = 0
    if found is not None:
        deleted = store.transact(lambda tx: tx.execute(f"DELETE FROM {table} WHERE {lost}", (after, last)))
    return deleted, None if row is None else last


# --- how much would go


def count_old(store: Store, table: str, before: int) -> int:
    """How many rows of a table of `PRUNABLE` are older than a moment."""
    sql = f"SELECT count(*) FROM {table} WHERE {PRUNABLE[table].moment} < ?"
    return store.read(lambda tx: _number(tx, sql, before))


def count_old_runs(store: Store, before: int) -> int:
    """How many flow runs ended before a moment."""
    sql = f"SELECT count(*) FROM flow_run WHERE end_time < ? AND state_type IN {TERMINAL}"
    return store.read(lambda tx: _number(tx, sql, before))


def count_events_named(store: Store, name: str, before: int) -> int:
    """How many events of a name occurred before a moment."""
    sql = "SELECT count(*) FROM event WHERE name = ? AND occurred < ?"
    return store.read(lambda tx: _number(tx, sql, name, before))


def oldest(store: Store) -> dict[str, int]:
    """The moment of the oldest row of each table that is cut by age."""
    return store.read(_oldest)


def _oldest(tx: Transaction) -> dict[str, int]:
    found = {}
    for table, old in PRUNABLE.items():
        first = f"ORDER BY {', '.join(old.key)} LIMIT 1" if old.by_id else f"ORDER BY {old.moment} LIMIT 1"
        row = tx.one(f"SELECT {old.moment} FROM {table} WHERE {old.moment} IS NOT NULL {first}")
        if row is not None:
            found[table] = int(row[0])
    return found


def _number(tx: Transaction, sql: str, *parameters: object) -> int:
    row = tx.one(sql, parameters)
    return 0 if row is None else int(row[0])
