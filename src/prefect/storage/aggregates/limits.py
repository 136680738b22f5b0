"""Concurrency limits with what they hold: how many slots are taken, by whom, and who waits.

A slot counts while its lease lasts, so what a dead process held is not in the way once that has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, case, func, select

from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.keyed.limits import TAG, TAG_PREFIX
from prefect.storage.tables import concurrency_limit, concurrency_slot, slot_waiter

_IS_TAG = concurrency_limit.c.kind == TAG
_FULL_NAME = case((_IS_TAG, TAG_PREFIX + concurrency_limit.c.name), else_=concurrency_limit.c.name)


def _query(kind: str, now: int) -> Select[*tuple[object, ...]]:
    return _all(now).where(concurrency_limit.c.kind == kind)


def _all(now: int) -> Select[*tuple[object, ...]]:
    live = (concurrency_slot.c.limit_id == concurrency_limit.c.id) & (concurrency_slot.c.expires > now)
    taken = select(func.coalesce(func.sum(concurrency_slot.c.occupy), 0)).where(live).scalar_subquery()
    return select(concurrency_limit, taken.label("taken"))


def page_of_all(reading: Reading, now: int, limit: int, offset: int = 0) -> list[Record]:
    """Limits of every kind by their name among all of them, with `taken`."""
    return reading.rows(_all(now).order_by(_FULL_NAME, concurrency_limit.c.id).limit(limit).offset(offset))


def by_id(reading: Reading, limit_id: UUID, now: int) -> Record | None:
    """The limit of that id, with `taken`; None if there is none."""
    return reading.one(_all(now).where(concurrency_limit.c.id == limit_id))


def page(reading: Reading, kind: str, now: int, limit: int | None = None, offset: int = 0) -> list[Record]:
    """Limits of a kind (`global` or `tag`) by name, each with the number of its slots that are `taken` at `now`."""
    return reading.rows(_query(kind, now).order_by(concurrency_limit.c.name).limit(limit).offset(offset))


def by_name(reading: Reading, kind: str, name: str, now: int) -> Record | None:
    """The limit of that kind and name, with `taken`; None if there is none."""
    return reading.one(_query(kind, now).where(concurrency_limit.c.name == name))


def holders(reading: Reading, limit_id: UUID, now: int) -> list[Record]:
    """Who holds slots of a limit at `now`, the longest first."""
    held = select(concurrency_slot).where(concurrency_slot.c.limit_id == limit_id, concurrency_slot.c.expires > now)
    return reading.rows(held.order_by(concurrency_slot.c.acquired))


def holders_of(reading: Reading, limit_ids: Sequence[object], now: int) -> list[Record]:
    """Who holds slots of these limits at `now`, the longest first."""
    held = select(concurrency_slot).where(concurrency_slot.c.limit_id.in_(limit_ids), concurrency_slot.c.expires > now)
    return reading.rows(held.order_by(concurrency_slot.c.acquired, concurrency_slot.c.holder))


def waiters(reading: Reading, limit_id: UUID, now: int) -> list[Record]:
    """Who waits for slots of a limit at `now`, in turn."""
    waiting = select(slot_waiter).where(slot_waiter.c.limit_id == limit_id, slot_waiter.c.expires > now)
    return reading.rows(waiting.order_by(slot_waiter.c.since))
