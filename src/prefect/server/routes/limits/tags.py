"""Limits on tags: how many task runs with a tag run at once."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from prefect.orchestrator import slot_leases
from prefect.orchestrator.acting import acting_for
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.orchestrator.slot_leases import TagsTaken
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.limits.shared import NOBODY, fits
from prefect.server.views.limits import tag_limit_json, taken_json
from prefect.storage.aggregates import limits
from prefect.storage.documents import Record
from prefect.storage.keyed import limits as stored
from prefect.storage.keyed import slots
from prefect.storage.keyed.limits import TAG, Limit
from prefect.storage.transaction import Transaction
from prefect.wire.objects.limits import ConcurrencyLimit, ConcurrencyLimitCreate, MinimalConcurrencyLimitResponse
from prefect.wire.requests.limits import TagLimitResetBody, TagLimitsFilterBody, TagSlotsReleaseBody, TagSlotsTakeBody

MISSING = not_found("Concurrency limit")
WAIT_SECONDS = 10.0
"""When to ask again for a slot of a tag."""


def create(call: Call[ConcurrencyLimitCreate]) -> Deciding[tuple[Record, bool]]:
    """Limit a tag, or change the limit of it."""
    given, clock = call.body, call.world.clock
    fits("concurrency_limit", given.concurrency_limit)
    new_id = clock.new_id()

    def decision(tx: Transaction) -> tuple[Record, bool]:
        stored.write(tx, new_id, TAG, given.tag, given.concurrency_limit, clock.now())
        row = stored.row_by_name(tx, TAG, given.tag)
        assert row is not None
        new = bool(row["id"] == new_id)
        Teller(tx, clock).limit(CREATED if new else UPDATED, row)
        return row, new

    return Deciding(decision, partial(_created, call))


def _created(call: AnyCall, made: tuple[Record, bool]) -> Answer:
    row, new = made
    _tell(call, row["id"])
    return answers.json(_shown(call, [row])[0], 201 if new else 200)


def _shown(call: AnyCall, rows: list[Any]) -> list[dict[str, Any]]:
    held = limits.holders_of(call.world.reading, [row["id"] for row in rows], call.world.clock.now())
    return [tag_limit_json(row, [one for one in held if one["limit_id"] == row["id"]]) for row in rows]


def read(call: Call[None]) -> Answer:
    """A limit by id."""
    row = limits.by_id(call.world.reading, call.id(), call.world.clock.now())
    return _found(call, row if row is None or row["kind"] == TAG else None)


def read_by_tag(call: Call[None]) -> Answer:
    """The limit of a tag."""
    return _found(call, limits.by_name(call.world.reading, TAG, call.text("tag"), call.world.clock.now()))


def _found(call: AnyCall, row: dict[str, Any] | None) -> Answer:
    if row is None:
        raise MISSING
    return answers.json(_shown(call, [row])[0])


def page(call: Call[TagLimitsFilterBody]) -> Answer:
    """The limits of all tags."""
    body = call.body
    rows = limits.page(call.world.reading, TAG, call.world.clock.now(), limit_of(call, body.limit), body.offset)
    return answers.json(_shown(call, rows))


def take(call: Call[TagSlotsTakeBody]) -> Deciding[TagsTaken]:
    """Have a task run hold a slot of each tag."""
    given, clock = call.body, call.world.clock
    decision = acting_for(NOBODY, lambda tx: slot_leases.take_tags(tx, given.names, given.task_run_id, clock))
    return Deciding(decision, partial(_taken, call))


def _taken(call: AnyCall, made: TagsTaken) -> Answer:
    if made.full is not None and made.full.slots == 0:
        raise Refusal(
            423,
            f'The concurrency limit on tag "{made.full.name}" is 0 and will deadlock if the task tries to run again.',
        )
    if made.full is not None:
        detail = f"Concurrency limit for the {made.full.name} tag has been reached"
        raise Refusal(423, detail, {"Retry-After": str(WAIT_SECONDS)})
    return answers.json([taken_json(limit) for limit in made.limits])


def give_back(call: Call[TagSlotsReleaseBody]) -> Deciding[Any]:
    """Free the slots that a task run holds of tags."""
    given, now = call.body, call.world.clock.now()
    return Deciding(
        lambda tx: slot_leases.give_back_tags(tx, given.names, given.task_run_id, now),
        lambda found: answers.json([taken_json(_fully_named(limit)) for limit in found]),
    )


def _fully_named(limit: Limit) -> Limit:
    return limit._replace(name=stored.full_name(limit.kind, limit.name))


def reset(call: Call[TagLimitResetBody]) -> Deciding[UUID]:
    """Free the slots of a tag, and have the task runs given hold one each."""
    tag, holders, clock = call.text("tag"), call.body.slot_override or (), call.world.clock

    def decision(tx: Transaction) -> UUID:
        found = stored.find(tx, TAG, [tag])
        if not found:
            raise MISSING
        now = clock.now()
        slots.release_all(tx, found[0].id, now)
        for task_run_id in dict.fromkeys(holders):
            slot_leases.hold_tags(tx, found, task_run_id, now)
        return UUID(bytes=bytes(found[0].id))

    return Deciding(acting_for(NOBODY, decision), partial(_done, call))


def delete(call: Call[None]) -> Deciding[UUID]:
    """Remove a limit by id."""
    limit_id = call.id()

    def decision(tx: Transaction) -> UUID:
        row = stored.row_by_id(tx, limit_id)
        if row is None or row["kind"] != TAG:
            raise MISSING
        stored.delete(tx, TAG, row["name"])
        Teller(tx, call.world.clock).limit(DELETED, row)
        return limit_id

    return Deciding(decision, partial(_done, call))


def delete_by_tag(call: Call[None]) -> Deciding[UUID]:
    """Remove the limit of a tag."""
    tag = call.text("tag")

    def decision(tx: Transaction) -> UUID:
        row = stored.row_by_name(tx, TAG, tag)
        if row is None:
            raise MISSING
        stored.delete(tx, TAG, tag)
        Teller(tx, call.world.clock).limit(DELETED, row)
        return UUID(str(row["id"]))

    return Deciding(decision, partial(_done, call))


def _done(call: AnyCall, limit_id: UUID) -> Answer:
    _tell(call, limit_id)
    return answers.json(None)


def _tell(call: AnyCall, limit_id: UUID) -> None:
    call.world.bus.tell([Change("concurrency_limit", limit_id.hex)])


PREFIX = "/concurrency_limits"
ROUTES = (
    Route("POST", f"{PREFIX}/", create, Role.EDITOR, ConcurrencyLimitCreate, returns=ConcurrencyLimit, also=(201,)),
    Route("GET", f"{PREFIX}/{{id}}", read, returns=ConcurrencyLimit),
    Route("GET", f"{PREFIX}/tag/{{tag}}", read_by_tag, returns=ConcurrencyLimit),
    Route("POST", f"{PREFIX}/filter", page, body=TagLimitsFilterBody, body_required=False,
          returns=list[ConcurrencyLimit]),
    Route("POST", f"{PREFIX}/increment", take, Role.RUNNER, TagSlotsTakeBody,
          returns=list[MinimalConcurrencyLimitResponse], inline=True),
    Route("POST", f"{PREFIX}/decrement", give_back, Role.RUNNER, TagSlotsReleaseBody,
          returns=list[MinimalConcurrencyLimitResponse], inline=True),
    Route("POST", f"{PREFIX}/tag/{{tag}}/reset", reset, Role.EDITOR, TagLimitResetBody, body_required=False,
          inline=True),
    Route("DELETE", f"{PREFIX}/{{id}}", delete, Role.EDITOR, inline=True),
    Route("DELETE", f"{PREFIX}/tag/{{tag}}", delete_by_tag, Role.EDITOR, inline=True),
)  # fmt: skip
