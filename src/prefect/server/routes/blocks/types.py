"""Block types."""

from __future__ import annotations

import html

from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.system_blocks import install
from prefect.server.views.blocks import block_type_json
from prefect.storage.aggregates.blocks import types
from prefect.storage.documents import Record
from prefect.storage.keyed import blocks as stored
from prefect.storage.transaction import Transaction
from prefect.wire.objects.blocks import BlockType, BlockTypeCreate, BlockTypeUpdate
from prefect.wire.requests.objects import BlockTypesFilterBody

MISSING = not_found("Block type")
RESERVED = Refusal(403, "Block type names beginning with 'Prefect' are reserved.")
PROTECTED = Refusal(403, "protected block types cannot be deleted.")


def create(call: Call[BlockTypeCreate]) -> Deciding[Record]:
    """Make a block type."""
    given, clock = call.body, call.world.clock
    if given.name.lower().startswith("prefect"):
        raise RESERVED
    now = clock.now()
    texts = {name: _escaped(getattr(given, name)) for name in ("description", "code_example")}
    own = {"id": clock.new_id(), "is_protected": False, "created": now, "updated": now}
    values = {**given.model_dump(), **texts, **own}

    def decision(tx: Transaction) -> Record:
        if not stored.insert_type(tx, values):
            raise Refusal(409, f'Block type with name "{given.name}" already exists')
        row = _kept(stored.type_by_slug(tx, given.slug))
        Teller(tx, clock).block_type(CREATED, row)
        return row

    return Deciding(decision, lambda row: _changed(call, row, answers.json(block_type_json(row), 201)))


def _escaped(text: str | None) -> str | None:
    """A text without markup, as Prefect keeps what new block types say of themselves; changes it keeps as given."""
    return None if text is None else html.escape(text, quote=False)


def _kept(row: Record | None) -> Record:
    if row is None:
        raise MISSING
    return row


def _changed(call: AnyCall, row: Record, answer: Answer) -> Answer:
    call.world.bus.tell([Change("block_type", row["id"].hex)])
    return answer


def read(call: Call[None]) -> Answer:
    """A block type by id."""
    return answers.json(block_type_json(_kept(call.world.store.read(lambda tx: stored.type_by_id(tx, call.id())))))


def read_by_slug(call: Call[None]) -> Answer:
    """A block type by slug."""
    slug = call.text("slug")
    return answers.json(block_type_json(_kept(call.world.store.read(lambda tx: stored.type_by_slug(tx, slug)))))


def page(call: Call[BlockTypesFilterBody]) -> Answer:
    """Block types that match filters."""
    body = call.body
    given = {"block_types": body.block_types, "block_schemas": body.block_schemas}
    filters = {name: plain(value) for name, value in given.items() if value is not None}
    rows = types.page(call.world.reading, filters, limit_of(call, body.limit), body.offset)
    return answers.json([block_type_json(row) for row in rows])


def update(call: Call[BlockTypeUpdate]) -> Deciding[Record]:
    """Change how a block type is described."""
    type_id, clock = call.id(), call.world.clock
    changes = {**call.body.model_dump(exclude_unset=True), "updated": clock.now()}

    def decision(tx: Transaction) -> Record:
        row = _kept(stored.type_by_id(tx, type_id))
        stored.change_type(tx, type_id, changes)
        Teller(tx, clock).block_type(UPDATED, {**row, **changes})
        return row

    return Deciding(decision, lambda row: _changed(call, row, NO_CONTENT))


def delete(call: Call[None]) -> Deciding[Record]:
    """Delete a block type with its schemas and documents."""
    type_id = call.id()

    def decision(tx: Transaction) -> Record:
        row = _kept(stored.type_by_id(tx, type_id))
        if row["is_protected"]:
            raise PROTECTED
        stored.delete_type(tx, type_id)
        Teller(tx, call.world.clock).block_type(DELETED, row)
        return row

    return Deciding(decision, lambda row: _changed(call, row, NO_CONTENT))


def install_system(call: Call[None]) -> Answer:
    """Make those of the block types that come with the server which are missing."""
    install(call.world.store, call.world.clock)
    return answers.json(None)


ROUTES = (
    Route("POST", "/block_types/", create, Role.EDITOR, BlockTypeCreate, returns=BlockType, status=201, inline=True),
    Route("GET", "/block_types/{id}", read, returns=BlockType),
    Route("GET", "/block_types/slug/{slug}", read_by_slug, returns=BlockType),
    Route("POST", "/block_types/filter", page, body=BlockTypesFilterBody, body_required=False, returns=list[BlockType]),
    Route("PATCH", "/block_types/{id}", update, Role.EDITOR, BlockTypeUpdate, status=204, inline=True),
    Route("DELETE", "/block_types/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/block_types/install_system_block_types", install_system, Role.EDITOR),
)
