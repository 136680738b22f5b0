"""Block schemas: the fields of a block type, known by their checksum; and what blocks can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prefect.core.blocks import checksum_of
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Query, Role, Route
from prefect.server.views.blocks import block_schema_json
from prefect.storage.aggregates.blocks import types
from prefect.storage.documents import Record, Row
from prefect.storage.keyed import blocks as stored
from prefect.storage.transaction import Transaction
from prefect.wire.objects.blocks import BlockSchema, BlockSchemaCreate
from prefect.wire.requests.objects import BlockSchemasFilterBody

MISSING = not_found("Block schema")
PROTECTED = Refusal(403, "Block schemas for protected block types cannot be deleted.")


def create(call: Call[BlockSchemaCreate]) -> Deciding[tuple[Json, bool]]:
    """Make a block schema, or answer the one of that checksum and version."""
    given, clock = call.body, call.world.clock
    now = clock.now()
    times = {"created": now, "updated": now}
    values = {"id": clock.new_id(), **given.model_dump(), "checksum": checksum_of(given.fields), **times}

    def decision(tx: Transaction) -> tuple[Json, bool]:
        kind = stored.type_by_id(tx, given.block_type_id)
        if kind is None:
            raise Refusal(404, f"Block type {given.block_type_id} not found.")
        _require_types(tx, given.fields)
        row, made = stored.ensure_schema(tx, values)
        return block_schema_json(row, _type_of(tx, row)), made

    return Deciding(decision, lambda made: answers.json(made[0], 201 if made[1] else 200))


def _require_types(tx: Transaction, fields: Row) -> None:
    slugs = sorted(set(_referenced(fields.get("block_schema_references"))))
    for slug in sorted(stored.types_missing(tx, slugs)):
        raise Refusal(
            409,
            f"Cannot create block schema because block type {slug!r} was not found."
            " Did you forget to register the block type?",
        )


def _referenced(references: object) -> Iterator[str]:
    """Slugs of the block types whose blocks the fields hold: of one type, or of several."""
    for named in references.values() if isinstance(references, Mapping) else ():
        for one in named if isinstance(named, list) else [named]:
            slug = one.get("block_type_slug") if isinstance(one, Mapping) else None
            if isinstance(slug, str):
                yield slug


def _type_of(tx: Transaction, row: Row) -> Record | None:
    return stored.type_by_id(tx, row["block_type_id"])


def read(call: Call[None]) -> Answer:
    """A block schema by id."""

    def look(tx: Transaction) -> Json:
        row = stored.schema_by_id(tx, call.id())
        if row is None:
            raise MISSING
        return block_schema_json(row, _type_of(tx, row))

    return answers.json(call.world.store.read(look))


def read_by_checksum(call: Call[None]) -> Answer:
    """The newest block schema of a checksum, of a version if one is asked for."""
    row = types.schema_by_checksum(call.world.reading, call.text("checksum"), call.query("version"))
    if row is None:
        raise MISSING
    return answers.json(call.world.store.read(lambda tx: block_schema_json(row, _type_of(tx, row))))


def page(call: Call[BlockSchemasFilterBody]) -> Answer:
    """Block schemas that match a filter."""
    body = call.body
    given = None if body.block_schemas is None else plain(body.block_schemas)
    rows: list[dict[str, Any]] = types.schemas(call.world.reading, given, limit_of(call, body.limit), body.offset)
    ids = [row["block_type_id"] for row in rows]
    kinds = call.world.store.read(lambda tx: stored.by_ids(tx, stored.TYPE, ids))
    return answers.json([block_schema_json(row, kinds.get(row["block_type_id"])) for row in rows])


def delete(call: Call[None]) -> Deciding[None]:
    """Delete a block schema with its documents."""
    schema_id = call.id()

    def decision(tx: Transaction) -> None:
        row = stored.schema_by_id(tx, schema_id)
        if row is None:
            raise MISSING
        kind = _type_of(tx, row)
        if kind is not None and kind["is_protected"]:
            raise PROTECTED
        stored.delete_schema(tx, schema_id)

    return Deciding(decision, lambda _: NO_CONTENT)


def capabilities(call: Call[None]) -> Answer:
    """Everything that blocks can do."""
    return answers.json(types.capabilities(call.world.reading))


ROUTES = (
    Route("POST", "/block_schemas/", create, Role.EDITOR, BlockSchemaCreate, returns=BlockSchema, status=201, also=(200,),
          inline=True),
    Route("GET", "/block_schemas/{id}", read, returns=BlockSchema),
    Route("GET", "/block_schemas/checksum/{checksum}", read_by_checksum, returns=BlockSchema,
          query=(Query("version", str),)),
    Route("POST", "/block_schemas/filter", page, body=BlockSchemasFilterBody, body_required=False,
          returns=list[BlockSchema]),
    Route("DELETE", "/block_schemas/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("GET", "/block_capabilities/", capabilities, returns=list[str]),
)  # fmt: skip
