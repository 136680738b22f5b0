"""Keeping a record small: how large its tables are, cutting off what is old, giving space back.

What only grows is cut by age: in bounded chunks in SQLite, by dropping whole weeks in PostgreSQL. A flow run is deleted
with everything recorded of it. Each function is one bounded pass, safe in several processes at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.exceptions import StorageError
from prefect.storage.keyed import flow_runs
from prefect.storage.postgres import partitions
from prefect.storage.postgres.partitions import KEYS, first_id, parts_before
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

PATIENCE = "SET LOCAL lock_timeout = '300ms'"
"""Dropping a part needs a moment alone with its table; others queue behind whoever waits for that."""

MOST_COUNTED = 100_000
"""Rows that are counted one by one before a part is dropped."""

TERMINAL = "('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"


class Old(NamedTuple):
    """Which rows of a table may be cut off by age."""

    key: tuple[str, ...]
    moment: str
    by_id: bool = False
    """Whether the first of the key is a time-ordered id, by which the oldest are found."""


PRUNABLE = {
    "log": Old(("id",), "timestamp", by_id=True),
    "event": Old(("id",), "occurred"),
    "event_resource": Old(("event_id", "position"), "occurred", by_id=True),
    "flow_run_state": Old(("flow_run_id", "sequence"), "timestamp", by_id=True),
    "task_run_state": Old(("task_run_id", "sequence"), "timestamp", by_id=True),
    "slot_history": Old(("limit_id", "holder"), "released"),
    "audit": Old(("id",), "moment"),
}


class TableSize(NamedTuple):
    """How large a table is."""

    table: str
    rows: int
    """Exact in SQLite; in PostgreSQL what it last counted."""

    bytes: int | None
    """With its indexes; None where SQLite was built without the means to tell."""


def prune(store: Store, table: str, before: int, limit: int = 5_000) -> int:
    """Cut off rows of a table of `PRUNABLE` that are older than a moment.

    Args:
        before: microseconds since 1970.
        limit: most rows to delete one by one; a week that PostgreSQL drops may have more.

    Returns how many rows are gone; call again while that is not 0.
    """
    old = PRUNABLE[table]
    if store.dialect == "postgresql" and table in KEYS:
        return _drop_part(store, table, before) or _delete(
            store, f"{table}_default", old._replace(by_id=False), before, limit
        )
    return _delete(store, table, old, before, limit)


def delete_flow_runs(store: Store, before: int, limit: int = 200) -> int:
    """Delete flow runs that ended before a moment, each with all that is recorded of it; returns how many."""
    ended = f"SELECT id FROM flow_run WHERE end_time < ? AND state_type IN {TERMINAL} ORDER BY end_time LIMIT ?"
    found = store.read(lambda tx: tx.all(ended, (before, limit)))
    return sum(store.transact(_deleting(UUID(bytes=run_id))) for (run_id,) in found)


def delete_task_runs(store: Store, before: int, limit: int = 1_000) -> int:
    """Delete task runs of no flow run that were due before a moment and have ended, with their histories and logs."""
    ended = (
        "SELECT id FROM task_run WHERE flow_run_id IS NULL AND expected_start_time < ?"
        f" AND state_type IN {TERMINAL} ORDER BY expected_start_time LIMIT ?"
    )
    found = store.read(lambda tx: tx.all(ended, (before, limit)))

    def delete(tx: Transaction) -> int:
        for (run_id,) in found:
            for table in ("task_run_state", "log"):
                tx.execute(f"DELETE FROM {table} WHERE task_run_id = ?", (run_id,))
            tx.execute("DELETE FROM task_run WHERE id = ?", (run_id,))
        return len(found)

    return store.transact(delete) if found else 0


def ensure_partitions(store: Store, now: int) -> int:
    """Make the parts that PostgreSQL will need in the weeks to come; returns how many were missing."""
    if store.dialect != "postgresql":
        return 0
    return store.transact(lambda tx: partitions.ensure_partitions(tx, now))


def sizes(store: Store) -> list[TableSize]:
    """The tables of the record, the largest first."""
    found = store.read(_sizes_of_parts if store.dialect == "postgresql" else _sizes_in_file)
    return sorted(found, key=lambda size: (size.bytes or 0, size.rows), reverse=True)


def _deleting(run_id: UUID) -> Callable[[Transaction], bool]:
    return lambda tx: flow_runs.delete(tx, run_id)


def _delete(store: Store, table: str, old: Old, before: int, limit: int) -> int:
    key = ", ".join(old.key)
    where, parameters = f"{old.moment} < ?", [before]
    bound: list[object] = [*parameters]
    if old.by_id:
        where, bound = f"{old.key[0]} < ? AND {where}", [first_id(to_datetime(before)), *parameters]
    oldest = f"SELECT {key} FROM {table} WHERE {where} ORDER BY {key if old.by_id else old.moment} LIMIT ?"
    if store.read(lambda tx: tx.one(oldest, (*bound, 1))) is None:
        return 0  # which costs no write
    return store.transact(lambda tx: tx.execute(f"DELETE FROM {table} WHERE ({key}) IN ({oldest})", (*bound, limit)))


def _drop_part(store: Store, table: str, before: int) -> int:
    """Drop the oldest part that is over, and the next while they are empty; returns how many rows it had."""
    for part in store.read(lambda tx: parts_before(tx, table, before)):
        try:
            rows = store.read(partial(_about, name=part.name))
        except StorageError:
            continue  # another process was faster
        store.transact(partial(_drop, name=part.name))
        if rows:
            return rows
    return 0


def _about(tx: Transaction, name: str) -> int:
    """How many rows a part has: exact up to a bound, beyond it what PostgreSQL last counted."""
    counted = _count(tx, f'(SELECT 1 FROM "{name}" LIMIT {MOST_COUNTED}) AS few')
    if counted < MOST_COUNTED:
        return counted
    row = tx.one("SELECT reltuples::bigint FROM pg_class WHERE oid = ?::text::regclass", (name,))
    return counted if row is None else max(counted, int(row[0]))


def _count(tx: Transaction, rows: str) -> int:
    row = tx.one(f"SELECT count(*) FROM {rows}")
    return 0 if row is None else int(row[0])


def _drop(tx: Transaction, name: str) -> None:
    tx.execute(PATIENCE)
    tx.execute(f'DROP TABLE IF EXISTS "{name}"')


_PARTS = """
SELECT coalesce(parent.relname, t.relname), sum(greatest(t.reltuples, 0))::bigint, sum(pg_total_relation_size(t.oid))
FROM pg_class t LEFT JOIN pg_inherits i ON i.inhrelid = t.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace GROUP BY 1
"""


def _sizes_of_parts(tx: Transaction) -> list[TableSize]:
    return [TableSize(*row) for row in tx.all(_PARTS)]


def _sizes_in_file(tx: Transaction) -> list[TableSize]:
    names = [
        name for (name,) in tx.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    ]
    known = _pages(tx)
    return [TableSize(name, _count(tx, f'"{name}"'), known.get(name)) for name in names]


def _pages(tx: Transaction) -> dict[str, int]:
    """Bytes by table, where SQLite was built with `dbstat`."""
    if tx.one("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'") is None:
        return {}
    per_table = (
        "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
        " WHERE s.aggregate = 1 GROUP BY m.tbl_name"
    )
    return dict(tx.all(per_table))
