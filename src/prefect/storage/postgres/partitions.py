"""The parts in which PostgreSQL keeps what only grows: a week of logs, events and histories each.

Tables are divided by the id that their primary key begins with. Ids are UUIDs of version 7, which begin with the moment
they were made at, so a range of ids is a range of time. What no part takes (ids of other kinds, times long ago) goes
to the default one. Retention drops whole parts, which costs nothing and leaves no holes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from prefect.core.times import to_datetime
from prefect.storage.transaction import Transaction

KEYS = {
    "log": "id",
    "event": "id",
    "event_resource": "event_id",
    "flow_run_state": "flow_run_id",
    "task_run_state": "task_run_id",
}
"""The tables kept in parts, and the ids they are divided by."""

AHEAD, BEHIND = 4, 1
"""Weeks for which parts are made before they are needed, and weeks past whose entries may still arrive."""

WEEK = timedelta(days=7)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
LOCK_KEY = 0x6865_6164_7261_6365
"""Whoever changes the schema holds this advisory lock."""


class Part(NamedTuple):
    """A part of a table: its name, and the moments from which and before which its ids were made."""

    name: str
    begins: datetime
    ends: datetime


def ensure_partitions(tx: Transaction, now: int) -> int:
    """Make the parts that will be needed next; returns how many were missing."""
    missing = [(table, part) for table in KEYS for part in _wanted(table, now) if not _exists(tx, part.name)]
    if not missing:
        return 0
    tx.one("SELECT pg_advisory_xact_lock(?)", (LOCK_KEY,))
    made = [_make(tx, table, part) for table, part in missing if not _exists(tx, part.name)]
    return len(made)


def parts_before(tx: Transaction, table: str, before: int) -> list[Part]:
    """The parts of a table whose ids were all made before a moment, the oldest first."""
    rows = tx.all(
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
        " WHERE inhparent = ?::text::regclass AND child.relname ~ ? ORDER BY child.relname",
        (table, rf"^{table}_\d{{8}}$"),
    )
    parts = [part_of(table, datetime.strptime(name[-8:] + "+0000", "%Y%m%d%z")) for (name,) in rows]
    return [part for part in parts if part.ends <= to_datetime(before)]


def part_of(table: str, moment: datetime) -> Part:
    """The part of a table that takes the ids made at a moment."""
    begins = moment - (moment - _MONDAY) % WEEK
    return Part(f"{table}_{begins:%Y%m%d}", begins, begins + WEEK)


def first_id(moment: datetime) -> bytes:
    """The bytes that sort before all ids made at a moment or later."""
    return (int(moment.timestamp()) * 1000).to_bytes(6, "big")


def _wanted(table: str, now: int) -> Iterator[Part]:
    for week in range(-BEHIND, AHEAD + 1):
        yield part_of(table, to_datetime(now) + week * WEEK)


def _exists(tx: Transaction, name: str) -> bool:
    return tx.one("SELECT 1 WHERE to_regclass(?) IS NOT NULL", (name,)) is not None


def _make(tx: Transaction, table: str, part: Part) -> Part:
    """Make a part and move into it what the default one took in its stead."""
    key, first, last = KEYS[table], first_id(part.begins), first_id(part.ends)
    tx.execute(f"CREATE TABLE {part.name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    tx.execute(
        f"WITH moved AS (DELETE FROM {table}_default WHERE {key} >= ? AND {key} < ? RETURNING *)"
        f" INSERT INTO {part.name} SELECT * FROM moved",
        (first, last),
    )
    tx.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {part.name} FOR VALUES FROM ('\\x{first.hex()}') TO ('\\x{last.hex()}')"
    )
    return part
