"""Slots of limits: taken by a lease, at a rate or until they are given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prefect.orchestrator import slot_leases
from prefect.orchestrator import slots as queued
from prefect.orchestrator.acting import acting_for
from prefect.orchestrator.slot_leases import SlotsTaken
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Role, Route
from prefect.server.routes.limits.shared import NOBODY, fits
from prefect.server.views.limits import taken_json
from prefect.storage.keyed.limits import Limit
from prefect.storage.keyed.slots import Claim
from prefect.wire.objects.limits import ConcurrencyLimitWithLeaseResponse, MinimalConcurrencyLimitResponse
from prefect.wire.requests.limits import (
    LeaseRenewBody,
    SlotsReleaseBody,
    SlotsReleaseWithLeaseBody,
    SlotsTakeBody,
    SlotsTakeWithLeaseBody,
)

LEASE_LOST = Refusal(410, "Lease not found - it may have expired or been revoked")
TRY_AGAIN_SECONDS = 1.0
"""When to ask again, more or less, where nobody knows when a slot will be free."""

LONGEST_PAUSE = 3600.0
"""When to ask again at the latest: a limit may be changed meanwhile."""


def take(call: Call[SlotsTakeBody]) -> Deciding[SlotsTaken]:
    """Take slots until they are given back, or at a rate."""
    given, clock = call.body, call.world.clock
    fits("slots", given.slots)
    claim, rate = Claim(clock.new_id(), None, 0, given.slots), given.mode == "rate_limit"
    decision = acting_for(NOBODY, lambda tx: slot_leases.take(tx, given.names, claim, clock, None, rate))
    return Deciding(decision, lambda made: answers.json(_limits(_granted(call, made).limits)))


def take_with_lease(call: Call[SlotsTakeWithLeaseBody]) -> Deciding[SlotsTaken]:
    """Take slots for as long as a lease lasts."""
    given, clock, holder = call.body, call.world.clock, call.body.holder
    fits("slots", given.slots)
    who = (None, None) if holder is None else (holder.id, holder.type)
    claim, rate = Claim(clock.new_id(), who[0], 1, given.slots, who[1]), given.mode == "rate_limit"
    seconds = given.lease_duration
    decision = acting_for(NOBODY, lambda tx: slot_leases.take(tx, given.names, claim, clock, seconds, rate))
    return Deciding(decision, lambda made: _leased(_granted(call, made)))


def _granted(call: AnyCall, made: SlotsTaken) -> SlotsTaken:
    """What was taken. Raises Refusal: 422 if that can never be, 423 with when to ask again if it cannot be now."""
    verdict = made.verdict
    if verdict.refusal is not None:
        raise Refusal(422, verdict.refusal)
    if not verdict.granted:
        spread = TRY_AGAIN_SECONDS * (0.5 + call.world.clock.random())
        pause = min(verdict.retry_after or spread, LONGEST_PAUSE)
        raise Refusal(423, "Locked", {"Retry-After": f"{pause:.3f}"})
    return made


def _leased(made: SlotsTaken) -> Answer:
    return answers.json({"lease_id": made.lease, "limits": _limits(made.limits)})


def _limits(found: Sequence[Limit]) -> list[Mapping[str, object]]:
    return [taken_json(limit) for limit in found]


def give_back(call: Call[SlotsReleaseBody]) -> Deciding[Sequence[Limit]]:
    """Free slots that were taken without a lease."""
    given, clock = call.body, call.world.clock
    return Deciding(
        lambda tx: slot_leases.give_back(tx, given.names, given.slots, clock),
        lambda found: answers.json(_limits(found)),
    )


def give_back_lease(call: Call[SlotsReleaseWithLeaseBody]) -> Deciding[bool]:
    """Free the slots of a lease; one that has ended is no error."""
    lease, clock = call.body.lease_id, call.world.clock
    return Deciding(lambda tx: queued.release(tx, lease, clock), lambda _: NO_CONTENT)


def renew(call: Call[LeaseRenewBody]) -> Deciding[bool]:
    """Have a lease last longer."""
    lease, seconds, clock = call.id("lease_id"), call.body.lease_duration, call.world.clock
    return Deciding(lambda tx: slot_leases.renew(tx, lease, seconds, clock), _renewed)


def _renewed(held: bool) -> Answer:
    if not held:
        raise LEASE_LOST
    return NO_CONTENT


PREFIX = "/v2/concurrency_limits"
ROUTES = (
    Route("POST", f"{PREFIX}/increment", take, Role.RUNNER, SlotsTakeBody,
          returns=list[MinimalConcurrencyLimitResponse], inline=True),
    Route("POST", f"{PREFIX}/decrement", give_back, Role.RUNNER, SlotsReleaseBody,
          returns=list[MinimalConcurrencyLimitResponse], inline=True),
    Route("POST", f"{PREFIX}/increment-with-lease", take_with_lease, Role.RUNNER, SlotsTakeWithLeaseBody,
          returns=ConcurrencyLimitWithLeaseResponse, inline=True),
    Route("POST", f"{PREFIX}/decrement-with-lease", give_back_lease, Role.RUNNER, SlotsReleaseWithLeaseBody, status=204,
          inline=True),
    Route("POST", f"{PREFIX}/leases/{{lease_id}}/renew", renew, Role.RUNNER, LeaseRenewBody, body_required=False,
          status=204, inline=True),
)  # fmt: skip
