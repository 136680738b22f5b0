"""Global limits: how many may hold a slot of a name at once. Limits on tags are among them as `tag:...`."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.orchestrator import slot_leases
from prefect.orchestrator.acting import acting_for
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, invalid, not_found
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.limits.shared import NOBODY, fits
from prefect.server.views.limits import global_limit_json, made_limit_json
from prefect.storage.aggregates import limits
from prefect.storage.documents import Record
from prefect.storage.keyed import limits as stored
from prefect.storage.transaction import Transaction
from prefect.wire.objects.limits import (
    ConcurrencyLimitV2,
    ConcurrencyLimitV2Create,
    ConcurrencyLimitV2Update,
    GlobalConcurrencyLimitResponse,
)
from prefect.wire.requests.limits import GlobalLimitsFilterBody

MISSING = not_found("Concurrency Limit")
COLUMNS = {
    "active": "active",
    "limit": "slots",
    "denied_slots": "denied_slots",
    "slot_decay_per_second": "slot_decay_per_second",
}


def create(call: Call[ConcurrencyLimitV2Create]) -> Deciding[None]:
    """Make a limit."""
    given, clock = call.body, call.world.clock
    _fit(given)
    now, (kind, name) = clock.now(), stored.kind_and_name(given.name)
    level = {"rate_level": float(given.active_slots), "rate_moment": now, "avg_slot_occupancy": None}
    own = {column: getattr(given, field) for field, column in COLUMNS.items()}
    values = {"id": clock.new_id(), "kind": kind, "name": name, **own, **level, "created": now, "updated": now}

    def decision(tx: Transaction) -> None:
        if not stored.insert(tx, values):
            raise _taken(given.name)
        slot_leases.set_taken(tx, _limit(tx, values["id"]), given.active_slots, clock)
        Teller(tx, clock).limit(CREATED, values)

    return Deciding(acting_for(NOBODY, decision), lambda _: _made(call, values))


def _made(call: Call[ConcurrencyLimitV2Create], values: dict[str, Any]) -> Answer:
    _tell(call, values["id"])
    now = values["created"]
    moments = dict.fromkeys(("created", "updated", "rate_moment"), to_datetime(now))
    return answers.json(made_limit_json({**values, **moments, "taken": call.body.active_slots}, now), 201)


def _fit(given: ConcurrencyLimitV2Create | ConcurrencyLimitV2Update) -> None:
    for field in ("limit", "active_slots", "denied_slots"):
        fits(field, getattr(given, field))


def _taken(name: str) -> Refusal:
    return Refusal(409, f"A concurrency limit named {name!r} exists already: change that one, or choose another name.")


def _limit(tx: Transaction, limit_id: UUID) -> stored.Limit:
    found = stored.by_id(tx, limit_id.bytes)
    if found is None:
        raise MISSING
    return found


def read(call: Call[None]) -> Answer:
    """A limit by id or name."""
    world, text = call.world, call.text("id_or_name")
    now, limit_id = world.clock.now(), _id_of(text)
    row = None if limit_id is None else limits.by_id(world.reading, limit_id, now)
    row = row or limits.by_name(world.reading, *stored.kind_and_name(text), now)
    if row is None:
        raise MISSING
    return answers.json(global_limit_json(row, now))


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def page(call: Call[GlobalLimitsFilterBody]) -> Answer:
    """All limits by name."""
    body, now = call.body, call.world.clock.now()
    rows = limits.page_of_all(call.world.reading, now, limit_of(call, body.limit), body.offset)
    return answers.json([global_limit_json(row, now) for row in rows])


def _find(tx: Transaction, text: str) -> Record:
    limit_id = _id_of(text)
    row = None if limit_id is None else stored.row_by_id(tx, limit_id)
    row = row or stored.row_by_name(tx, *stored.kind_and_name(text))
    if row is None:
        raise MISSING
    return row


def update(call: Call[ConcurrencyLimitV2Update]) -> Deciding[UUID]:
    """Change what is given of a limit."""
    text, clock = call.text("id_or_name"), call.world.clock
    given = call.body
    _fit(given)
    stated = given.model_dump(exclude_unset=True)
    for field, value in stated.items():
        if value is None:
            raise invalid(("body", field), "Input should not be null: leave it out, or give a value")
    changes: dict[str, object] = {COLUMNS[field]: value for field, value in stated.items() if field in COLUMNS}

    def decision(tx: Transaction) -> UUID:
        row = _find(tx, text)
        if given.name is not None:
            changes["kind"], changes["name"] = stored.kind_and_name(given.name)
            other = stored.row_by_name(tx, *stored.kind_and_name(given.name))
            if other is not None and other["id"] != row["id"]:
                raise _taken(given.name)
        stored.change(tx, row["id"], {**changes, "updated": clock.now()})
        Teller(tx, clock).limit(UPDATED, {**row, **changes})
        if given.active_slots is not None:
            slot_leases.set_taken(tx, _limit(tx, row["id"]), given.active_slots, clock)
        return UUID(str(row["id"]))

    return Deciding(acting_for(NOBODY, decision), partial(_done, call))


def delete(call: Call[None]) -> Deciding[UUID]:
    """Remove a limit with whoever holds its slots."""
    text = call.text("id_or_name")

    def decision(tx: Transaction) -> UUID:
        row = _find(tx, text)
        stored.delete(tx, row["kind"], row["name"])
        Teller(tx, call.world.clock).limit(DELETED, row)
        return UUID(str(row["id"]))

    return Deciding(decision, partial(_done, call))


def _done(call: AnyCall, limit_id: UUID) -> Answer:
    _tell(call, limit_id)
    return NO_CONTENT


def _tell(call: AnyCall, limit_id: UUID) -> None:
    call.world.bus.tell([Change("concurrency_limit", limit_id.hex)])


PREFIX = "/v2/concurrency_limits"
ROUTES = (
    Route("POST", f"{PREFIX}/", create, Role.EDITOR, ConcurrencyLimitV2Create, returns=ConcurrencyLimitV2, status=201,
          inline=True),
    Route("GET", f"{PREFIX}/{{id_or_name}}", read, returns=GlobalConcurrencyLimitResponse),
    Route("POST", f"{PREFIX}/filter", page, body=GlobalLimitsFilterBody, body_required=False,
          returns=list[GlobalConcurrencyLimitResponse]),
    Route("PATCH", f"{PREFIX}/{{id_or_name}}", update, Role.EDITOR, ConcurrencyLimitV2Update, status=204, inline=True),
    Route("DELETE", f"{PREFIX}/{{id_or_name}}", delete, Role.EDITOR, status=204, inline=True),
)  # fmt: skip
