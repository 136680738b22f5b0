"""Taking and giving back concurrency slots, each within one transaction.

A request that is not granted queues with the limits that hold it up, and is asked again by whoever waits. Whether that
is worth a write transaction is seen in a reading one first (`worth_asking`).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.core.ports import Clock, SlotGrant, SlotRequest
from prefect.core.slots import LimitFacts, SlotVerdict, decide_slots, level_at
from prefect.core.times import SECOND
from prefect.exceptions import ConcurrencySlotAcquisitionError
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import limits, slots
from prefect.storage.keyed.limits import Limit
from prefect.storage.keyed.slots import Claim
from prefect.storage.transaction import Transaction

WAITER_SECONDS = 10.0
"""How long a waiter keeps its place after it last asked."""

RENEWED_SECONDS = 60.0
"""Until when the slots of a living process are good, counted from each renewal."""

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.1
"""Seconds between two looks at a full limit."""


def acquire(tx: Transaction, request: SlotRequest, clock: Clock) -> SlotGrant:
    """Take the slots wanted, or queue for them; a holder that has been given them, and did not hear of it, has them.

    Raises ConcurrencySlotAcquisitionError if they can never be had: more are wanted than a limit has, slots of a limit
    without decay are wanted at a rate, or, if `strict`, none of the limits exists.
    """
    now = clock.now()
    found = _limits(tx, request)
    for limit in found:
        slots.release_lost(tx, now, is_gone, limit.id)
    if slots.were_given(tx, [limit.id for limit in found], request.holder, now, request.rate):
        return _granted(found)
    since = slots.waits_since(tx, request.holder)
    facts = _facts(tx, found, request, now, since)
    verdict = _decide(request, facts, now)
    claim = Claim(request.holder, request.run_id, request.attempt, request.occupy)
    if verdict.granted:
        take(tx, found, facts, claim, now, now + int(request.lease_seconds * SECOND), request.rate)
        slots.stop_waiting(tx, request.holder)
        return _granted(found)
    blocking = [limit.id for limit in found if limit.name in verdict.blocked]
    slots.wait(tx, blocking, claim, since or now, now + int(WAITER_SECONDS * SECOND))
    return _not_yet(verdict)


def worth_asking(tx: Transaction, request: SlotRequest, now: int) -> SlotGrant | None:
    """What a reading transaction can tell: that no limit is in force, or that it is too early; None if it cannot.

    Raises ConcurrencySlotAcquisitionError as `acquire` does.
    """
    found = _limits(tx, request)
    if not any(limit.active for limit in found):
        return SlotGrant(True)
    place_kept_until = slots.waits_until(tx, request.holder)
    if place_kept_until is None or place_kept_until - now < WAITER_SECONDS / 2 * SECOND:
        return None
    since = slots.waits_since(tx, request.holder)
    verdict = _decide(request, _facts(tx, found, request, now, since), now)
    return None if verdict.granted else _not_yet(verdict)


def _limits(tx: Transaction, request: SlotRequest) -> list[Limit]:
    found = limits.find(tx, request.kind, sorted(set(request.names)))
    if request.strict and not found and request.names:
        raise ConcurrencySlotAcquisitionError(
            f"Concurrency limits {list(request.names)!r} must be created before acquiring slots"
        )
    return found


def _facts(
    tx: Transaction, found: Sequence[Limit], request: SlotRequest, now: int, since: int | None
) -> list[LimitFacts]:
    before, holder = since or now + 1, request.holder.bytes
    return [limits.facts(tx, limit, now, before, holder) for limit in found]


def _decide(request: SlotRequest, facts: Sequence[LimitFacts], now: int) -> SlotVerdict:
    verdict = decide_slots(facts, request.occupy, request.rate, now)
    if verdict.refusal is not None:
        raise ConcurrencySlotAcquisitionError(refusal(request, f"422 Unprocessable Entity: {verdict.refusal}"))
    return verdict


def refusal(request: SlotRequest, reason: str) -> str:
    """The message of a request that failed for that reason."""
    names = [f"tag:{name}" if request.kind == limits.TAG else name for name in request.names]
    return f"Unable to acquire concurrency slots on {names!r}: {reason}"


def _granted(found: Sequence[Limit]) -> SlotGrant:
    return SlotGrant(True, limits=[limit.name for limit in found if limit.active])


def _not_yet(verdict: SlotVerdict) -> SlotGrant:
    pause = min(verdict.retry_after, LONGEST_PAUSE) if verdict.retry_after else FIRST_PAUSE
    return SlotGrant(False, pause, reason=f"Concurrency limit {', '.join(map(repr, verdict.blocked))} is reached")


def take(
    tx: Transaction,
    found: Sequence[Limit],
    facts: Sequence[LimitFacts],
    claim: Claim,
    now: int,
    expires: int,
    rate: bool = False,
) -> None:
    """Have a claim's holder hold slots of those limits that are switched on, or take them at a rate.

    Args:
        facts: of each limit, in the same order.
        expires: until when they are held unless that is renewed.
    """
    for limit, known in zip(found, facts, strict=True):
        if not limit.active:
            continue
        if limit.decay:
            limits.set_level(tx, limit.id, level_at(known, now) + claim.occupy, now)
        if rate:
            slots.note(tx, limit.id, claim, now, slots.waits_since(tx, claim.holder), released=now)
        else:
            slots.hold(tx, limit.id, claim, now, expires)


def release(tx: Transaction, holder: UUID, clock: Clock) -> bool:
    """Free everything a holder holds, and take it out of every queue; False if it held nothing.

    The level of limits that decay sinks by what is given back.
    """
    now = clock.now()
    held = slots.release(tx, holder, now)
    for limit_id, occupy in held:
        limit = limits.by_id(tx, limit_id)
        if limit is not None and limit.decay:
            lower_level(tx, limit, occupy, now)
    return bool(held)


def lower_level(tx: Transaction, limit: Limit, occupy: int, now: int) -> None:
    """Let the level of a limit that decays sink by what is given back."""
    level = level_at(limits.facts(tx, limit, now), now)
    limits.set_level(tx, limit.id, max(level - occupy, 0.0), now)


def renew(tx: Transaction, holder: UUID, lease_seconds: float, clock: Clock) -> bool:
    """Extend a holder's lease; False if it ran out."""
    now = clock.now()
    return slots.renew(tx, holder, now, now + int(lease_seconds * SECOND))
