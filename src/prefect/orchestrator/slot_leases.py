"""Slots for whoever asks over the API: granted or refused at once, held by a lease, by a task run, or until given back.

Unlike the engine's requests (`slots.py`) these say nothing of who asks again, so nobody queues for them: those that queue
come first, and everybody else tries again.

A lease that holds nothing, since no limit is in force, is recognised by its id: there is no row to renew or to free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.core.ports import Clock
from prefect.core.slots import SlotVerdict, decide_slots, free_slots
from prefect.core.times import SECOND
from prefect.orchestrator import slots as queued
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import limits, slots
from prefect.storage.keyed.limits import Limit
from prefect.storage.keyed.slots import FOREVER, Claim
from prefect.storage.transaction import Transaction

EMPTY = 8
"""The UUID version of leases that hold nothing."""


class SlotsTaken(NamedTuple):
    """What became of a request for slots."""

    verdict: SlotVerdict
    limits: Sequence[Limit]
    """Those of the limits named that exist."""

    lease: UUID


def take(
    tx: Transaction, names: Sequence[str], claim: Claim, clock: Clock, lease_seconds: float | None, rate: bool = False
) -> SlotsTaken:
    """Take slots of all limits named, or of none.

    Args:
        names: among all limits; those that do not exist limit nothing.
        lease_seconds: how long they are held unless renewed; until they are given back if None.
        rate: they come back by decay alone.
    """
    now = clock.now()
    found = limits.find_named(tx, names)
    for limit in found:
        slots.release_lost(tx, now, is_gone, limit.id)
    facts = [limits.facts(tx, limit, now, now + 1) for limit in found]
    verdict = decide_slots(facts, claim.occupy, rate, now)
    if verdict.granted:
        expires = FOREVER if lease_seconds is None else now + int(lease_seconds * SECOND)
        queued.take(tx, found, facts, claim, now, expires, rate)
    holds = not rate and any(limit.active for limit in found)
    return SlotsTaken(verdict, found, claim.holder if holds else _empty(claim.holder))


def _empty(lease: UUID) -> UUID:
    return UUID(int=lease.int & ~(0xF << 76) | EMPTY << 76)


def renew(tx: Transaction, lease: UUID, lease_seconds: float, clock: Clock) -> bool:
    """Extend a lease; False if it ran out, or there never was one."""
    return lease.version == EMPTY or queued.renew(tx, lease, lease_seconds, clock)


def give_back(tx: Transaction, names: Sequence[str], occupy: int, clock: Clock) -> Sequence[Limit]:
    """Free slots that were taken without a lease; answers the limits that exist."""
    now = clock.now()
    found = limits.find_named(tx, names)
    for limit in found:
        slots.give_back(tx, limit.id, occupy, now)
        if limit.decay:
            queued.lower_level(tx, limit, occupy, now)
    return found


def set_taken(tx: Transaction, limit: Limit, occupy: int, clock: Clock) -> None:
    """Have exactly so many slots of a limit be taken, by nobody in particular."""
    now = clock.now()
    slots.release_all(tx, limit.id, now)
    if limit.decay:
        limits.set_level(tx, limit.id, float(occupy), now)
    elif occupy:
        slots.hold(tx, limit.id, Claim(clock.new_id(), None, 0, occupy), now, FOREVER)


# --- tags


class TagsTaken(NamedTuple):
    """What became of a task run's request."""

    limits: Sequence[Limit]
    full: Limit | None = None
    """A limit without a free slot: nothing was taken."""


def take_tags(tx: Transaction, tags: Sequence[str], task_run_id: UUID, clock: Clock) -> TagsTaken:
    """Have a task run hold a slot of each tag's limit, or of none; what it holds already it goes on holding."""
    now = clock.now()
    found = limits.find(tx, limits.TAG, sorted(set(tags)))
    wanted = [limit for limit in found if not slots.held_by_run(tx, limit.id, task_run_id, now)]
    for limit in wanted:
        slots.release_lost(tx, now, is_gone, limit.id)
        facts = limits.facts(tx, limit, now, now + 1)
        if limit.active and free_slots(facts, now) < facts.ahead + 1:
            return TagsTaken(found, limit)
    hold_tags(tx, wanted, task_run_id, now)
    return TagsTaken(found)


def hold_tags(tx: Transaction, found: Sequence[Limit], task_run_id: UUID, now: int) -> None:
    """Have a task run hold a slot of each limit, free or not, until it is given back."""
    for limit in found:
        slots.hold(tx, limit.id, Claim(task_run_id, task_run_id, 1, 1, "task_run"), now, FOREVER)


def give_back_tags(tx: Transaction, tags: Sequence[str], task_run_id: UUID, now: int) -> Sequence[Limit]:
    """Free the slots that a task run holds of these tags; answers the limits that exist."""
    found = limits.find(tx, limits.TAG, sorted(set(tags)))
    for limit in found:
        slots.release_run_of(tx, limit.id, task_run_id, now)
    return found
