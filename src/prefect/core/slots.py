"""Deciding on concurrency slots: how many a limit has free, and whether a request may have its slots now.

A limit has a number of slots. Of an ordinary limit a slot is taken while somebody holds it: free is what live holders
leave. A limit that decays is a leaky bucket: taking slots raises its level, and the level sinks by so many slots a
second, whoever holds them; free is what the level leaves.

Requests are served in the order in which they came: slots that an earlier request waits for count as taken for a later
one. Only the limits that hold a request up count it among their waiters, so that a request for several limits does not
block one of them while it waits for another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from prefect.core.times import SECOND


class LimitFacts(NamedTuple):
    """What the record knows of one limit at the moment of a decision."""

    name: str
    slots: int
    active: bool = True
    decay: float = 0.0
    """Slots given back per second, whoever holds them; 0 for a limit whose slots are released."""

    held: int = 0
    """Slots of live holders."""

    level: float = 0.0
    """Of a limit that decays: slots taken as of `level_moment`."""

    level_moment: int = 0
    ahead: int = 0
    """Slots that live waiters who came earlier want."""


class SlotVerdict(NamedTuple):
    """Granted, or the limits that hold the request up, or why it can never be granted."""

    granted: bool
    blocked: Sequence[str] = ()
    refusal: str | None = None
    retry_after: float = 0.0
    """Seconds after which a limit that decays may have enough free; 0 if nobody can tell."""


def level_at(limit: LimitFacts, now: int) -> float:
    """The level of a limit that decays."""
    return max(limit.level - limit.decay * (now - limit.level_moment) / SECOND, 0.0)


def free_slots(limit: LimitFacts, now: int) -> int:
    """Slots nobody has taken."""
    taken = level_at(limit, now) if limit.decay else limit.held
    return max(limit.slots - math.ceil(taken - 1e-9), 0)


def enforced(limits: Sequence[LimitFacts]) -> Sequence[LimitFacts]:
    """The limits that are switched on."""
    return [limit for limit in limits if limit.active]


def decide_slots(limits: Sequence[LimitFacts], occupy: int, rate: bool, now: int) -> SlotVerdict:
    """Whether a request may have `occupy` slots of every limit at once.

    Args:
        rate: the slots are given back by decay alone; limits without decay refuse that.
        now: the moment, in microseconds.
    """
    in_force = enforced(limits)
    refusal = _refusal(in_force, occupy, rate)
    if refusal is not None:
        return SlotVerdict(False, refusal=refusal)
    blocking = [limit for limit in in_force if free_slots(limit, now) < limit.ahead + occupy]
    if not blocking:
        return SlotVerdict(True)
    waits = max(_seconds_until(limit, occupy, now) for limit in blocking)
    return SlotVerdict(False, [limit.name for limit in blocking], retry_after=waits)


def _refusal(limits: Sequence[LimitFacts], occupy: int, rate: bool) -> str | None:
    if any(limit.slots < occupy for limit in limits):
        return "Slots requested is greater than the limit"
    without_decay = [limit.name for limit in limits if rate and not limit.decay]
    if without_decay:
        names = ", ".join(map(repr, without_decay))
        return (
            "Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a"
            f" decay configured: {names}"
        )
    return None


def _seconds_until(limit: LimitFacts, occupy: int, now: int) -> float:
    """Seconds until decay frees enough slots; 0 where holders have to release them."""
    if not limit.decay:
        return 0.0
    return max((level_at(limit, now) + limit.ahead + occupy - limit.slots) / limit.decay, 0.0)
