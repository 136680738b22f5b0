"""Concurrency limits by name: what they allow, and what counts against them at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from prefect.core.slots import LimitFacts
from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction

GLOBAL, TAG = "global", "tag"
AT_ONCE = 500
"""Names in one statement."""

TAG_PREFIX = "tag:"
"""Starts the name that a limit on a tag has among all limits."""

LIMIT = Columns(
    "concurrency_limit",
    ("kind", "name", "slots", "slot_decay_per_second", "rate_level", "denied_slots", "avg_slot_occupancy"),
    ("id",),
    ("rate_moment", "created", "updated"),
    flags=("active",),
)


class Limit(NamedTuple):
    """A limit as it is stored."""

    id: bytes
    kind: str
    name: str
    slots: int
    active: bool
    decay: float
    level: float
    level_moment: int


_COLUMNS = "id, kind, name, slots, active, slot_decay_per_second, rate_level, rate_moment"


def find(tx: Transaction, kind: str, names: Sequence[str]) -> list[Limit]:
    """The limits of these names that exist, by name."""
    ordered, found = sorted(set(names)), []
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT {_COLUMNS} FROM concurrency_limit WHERE kind = ? AND name IN ({marks}) ORDER BY name{tx.locking}"
        found += [_from_row(row) for row in tx.all(sql, (kind, *some))]
    return found


def kind_and_name(full_name: str) -> tuple[str, str]:
    """What a name among all limits stands for."""
    return (TAG, full_name[len(TAG_PREFIX) :]) if full_name.startswith(TAG_PREFIX) else (GLOBAL, full_name)


def full_name(kind: str, name: str) -> str:
    """The name of a limit among all of them."""
    return TAG_PREFIX + name if kind == TAG else name


def find_named(tx: Transaction, names: Sequence[str]) -> list[Limit]:
    """The limits that exist of these names among all limits, each with that name."""
    split = sorted({kind_and_name(name) for name in names})
    found = [limit for kind in (GLOBAL, TAG) for limit in find(tx, kind, [name for of, name in split if of == kind])]
    return [limit._replace(name=full_name(limit.kind, limit.name)) for limit in found]


def row_by_id(tx: Transaction, limit_id: UUID) -> Record | None:
    """All columns of the limit of that id, or None; it stays as it is while a decision rests on it."""
    return rows.first(tx, LIMIT, "WHERE id = ?", (limit_id.bytes,), locking=True)


def row_by_name(tx: Transaction, kind: str, name: str) -> Record | None:
    """All columns of the limit of that kind and name, or None; it stays as it is while a decision rests on it."""
    return rows.first(tx, LIMIT, "WHERE kind = ? AND name = ?", (kind, name), locking=True)


def insert(tx: Transaction, values: dict[str, object]) -> bool:
    """A new limit; False if there is one of that kind and name."""
    plain = {name: rows.encoded(value) for name, value in values.items()}
    return tx.insert("concurrency_limit", plain, "ON CONFLICT (kind, name) DO NOTHING") == 1


def change(tx: Transaction, limit_id: UUID, changes: dict[str, object]) -> bool:
    """Set columns of a limit; False if there is none."""
    return rows.change(tx, LIMIT, limit_id, changes)


def by_id(tx: Transaction, limit_id: bytes) -> Limit | None:
    """The limit of that id, or None."""
    row = tx.one(f"SELECT {_COLUMNS} FROM concurrency_limit WHERE id = ?{tx.locking}", (limit_id,))
    return None if row is None else _from_row(row)


def _from_row(row: tuple[Any, ...]) -> Limit:
    return Limit._make((*row[:4], bool(row[4]), *row[5:]))


def active_names(tx: Transaction, kind: str) -> frozenset[str]:
    """Names of all limits of a kind that are switched on."""
    rows = tx.all("SELECT name FROM concurrency_limit WHERE kind = ? AND active = 1", (kind,))
    return frozenset(row[0] for row in rows)


def facts(tx: Transaction, limit: Limit, now: int, before: int | None = None, but: bytes | None = None) -> LimitFacts:
    """A limit with what counts against it.

    Args:
        now: holders and waiters whose time is up by then do not count.
        before: waiters who came earlier count; none do if None.
        but: a waiter who does not count.
    """
    held = tx.one(
        "SELECT COALESCE(SUM(occupy), 0) FROM concurrency_slot WHERE limit_id = ? AND expires > ?",
        (limit.id, now),
    )
    ahead = tx.one(
        "SELECT COALESCE(SUM(occupy), 0) FROM slot_waiter"
        " WHERE limit_id = ? AND expires > ? AND since < ? AND holder <> ?",
        (limit.id, now, before or 0, but or b""),
    )
    assert held is not None
    assert ahead is not None
    return LimitFacts(
        name=limit.name,
        slots=limit.slots,
        active=limit.active,
        decay=limit.decay,
        held=held[0],
        level=limit.level,
        level_moment=limit.level_moment,
        ahead=ahead[0],
    )


def write(
    tx: Transaction,
    new_id: UUID,
    kind: str,
    name: str,
    slots: int,
    now: int,
    active: bool = True,
    decay: float = 0.0,
) -> None:
    """Create a limit, or change the one of that name."""
    tx.insert(
        "concurrency_limit",
        {
            "id": new_id.bytes,
            "kind": kind,
            "name": name,
            "slots": slots,
            "active": int(active),
            "slot_decay_per_second": decay,
            "rate_level": 0.0,
            "rate_moment": now,
            "created": now,
            "updated": now,
        },
        "ON CONFLICT (kind, name) DO UPDATE SET slots = excluded.slots, active = excluded.active,"
        " slot_decay_per_second = excluded.slot_decay_per_second, updated = excluded.updated",
    )


def delete(tx: Transaction, kind: str, name: str) -> bool:
    """Remove a limit with its holders and waiters; False if there is none."""
    for limit in find(tx, kind, [name]):
        tx.execute("DELETE FROM concurrency_slot WHERE limit_id = ?", (limit.id,))
        tx.execute("DELETE FROM slot_waiter WHERE limit_id = ?", (limit.id,))
    return tx.execute("DELETE FROM concurrency_limit WHERE kind = ? AND name = ?", (kind, name)) == 1


def set_level(tx: Transaction, limit_id: bytes, level: float, now: int) -> None:
    """Note the level of a limit that decays."""
    tx.execute("UPDATE concurrency_limit SET rate_level = ?, rate_moment = ? WHERE id = ?", (level, now, limit_id))
