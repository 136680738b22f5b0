"""Block documents: values that flows load by name, sealed in the database and masked unless somebody asks for them.

Who may ask is said in `access/confinement.py`, for every route alike.

What a document refers to is kept apart from what it holds (`core/blocks.py`) and put back where it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.blocks import BadReference, Parts, parts_of, unmasked
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Query, Role, Route
from prefect.server.live.bus import Change
from prefect.server.views.blocks import BlockView, own_data
from prefect.storage.aggregates.blocks import documents
from prefect.storage.documents import Record, Row
from prefect.storage.keyed import blocks as stored
from prefect.storage.keyed.blocks import Around
from prefect.storage.transaction import Transaction
from prefect.wire.filters.blocks import BlockDocumentFilter
from prefect.wire.objects.blocks import BlockDocument, BlockDocumentCreate, BlockDocumentUpdate
from prefect.wire.requests.objects import BlockDocumentsCountBody, BlockDocumentsFilterBody

MISSING = not_found("Block document")
TYPE_MISSING = not_found("Block type")
TAKEN = Refusal(409, "Block already exists")
OTHER_TYPE = Refusal(400, "Must migrate block document to a block schema of the same block type.")
MOST_NOTED = 50
"""Documents that one entry of the audit log names."""

Found = tuple[Record, Around]


# --- reading


def _shown(call: AnyCall, found: Sequence[Row], around: Around, secrets: bool) -> list[dict[str, Any]]:
    """Documents as the API shows them; reading secrets leaves a mark in the audit log."""
    view = BlockView(around, call.world.vault.unseal, secrets)
    shown = [view.json(row) for row in found]
    if secrets and shown:
        names = [f"{one['block_type_name']}/{one['name']}" for one in shown[:MOST_NOTED]]
        call.head.notes["reads"] = {"secrets of blocks": names, "blocks": len(shown)}
    return shown


def _one(call: AnyCall, found: Found, secrets: bool) -> dict[str, Any]:
    return _shown(call, [found[0]], found[1], secrets)[0]


def _with_around(tx: Transaction, row: Record | None) -> Found:
    if row is None:
        raise MISSING
    return row, stored.around(tx, [row])


def read(call: Call[None]) -> Answer:
    """A block document by id."""
    secrets, document_id = call.query("include_secrets"), call.id()
    found = call.world.store.read(lambda tx: _with_around(tx, stored.document_by_id(tx, document_id)))
    return answers.json(_one(call, found, secrets))


def read_by_name(call: Call[None]) -> Answer:
    """A block document by its type's slug and its name."""
    secrets = call.query("include_secrets")
    slug, name = call.text("slug"), call.text("block_document_name")
    found = call.world.store.read(lambda tx: _with_around(tx, stored.document_by_name(tx, slug, name)))
    return answers.json(_one(call, found, secrets))


def read_of_type(call: Call[None]) -> Answer:
    """The block documents of a type."""
    slug, secrets = call.text("slug"), call.query("include_secrets")
    if call.world.store.read(lambda tx: stored.types_missing(tx, [slug])):
        raise TYPE_MISSING
    filters = {"block_types": {"slug": {"any_": [slug]}}, "block_documents": plain(BlockDocumentFilter())}
    return _page(call, filters, "NAME_ASC", limit_of(call, None), 0, secrets)


def page(call: Call[BlockDocumentsFilterBody]) -> Answer:
    """Block documents that match filters."""
    body = call.body
    sort, limit = body.sort or "NAME_ASC", limit_of(call, body.limit)
    return _page(call, _filters(body), sort, limit, body.offset, body.include_secrets)


def _page(call: AnyCall, filters: Row, sort: str, limit: int, offset: int, secrets: bool) -> Answer:
    rows: list[Any] = documents.page(call.world.reading, filters, sort, limit, offset)
    around = call.world.store.read(lambda tx: stored.around(tx, rows))
    return answers.json(_shown(call, rows, around, secrets))


def _filters(body: BlockDocumentsFilterBody | BlockDocumentsCountBody) -> dict[str, Any]:
    given = {
        "block_documents": body.block_documents or BlockDocumentFilter(),
        "block_types": body.block_types,
        "block_schemas": body.block_schemas,
    }
    return {name: plain(value) for name, value in given.items() if value is not None}


def count(call: Call[BlockDocumentsCountBody]) -> Answer:
    """How many block documents match filters."""
    return answers.json(documents.count(call.world.reading, _filters(call.body)))


# --- changing


def create(call: Call[BlockDocumentCreate]) -> Deciding[Found]:
    """Make a block document."""
    given, clock = call.body, call.world.clock
    parts, now = _parts(given.data), clock.now()
    document_id = clock.new_id()
    values = {
        "id": document_id,
        "name": given.name or f"anonymous-{clock.new_id()}",
        "data": call.world.vault.seal(json.dumps(parts.data)),
        "block_type_id": given.block_type_id,
        "block_schema_id": given.block_schema_id,
        "is_anonymous": given.is_anonymous,
        "created": now,
        "updated": now,
    }

    def decision(tx: Transaction) -> Found:
        if stored.type_by_id(tx, given.block_type_id) is None:
            raise _absent("block type", given.block_type_id)
        _schema(tx, given.block_schema_id)
        if not stored.insert_document(tx, values):
            raise TAKEN
        _refer(tx, document_id, parts.references)
        return _told(tx, call, CREATED, document_id)

    return Deciding(decision, partial(_created, call))


def _created(call: AnyCall, found: Found) -> Answer:
    _tell(call, found[0]["id"])
    return answers.json(_one(call, found, secrets=False), 201)


def _parts(data: Mapping[str, object]) -> Parts:
    try:
        return parts_of(data)
    except BadReference as error:
        raise Refusal(400, str(error)) from None


def _absent(what: str, key: UUID) -> Refusal:
    return Refusal(409, f"There is no {what} {key}: make it first, or give the id of one that exists.")


def _schema(tx: Transaction, schema_id: UUID) -> Record:
    found = stored.schema_by_id(tx, schema_id)
    if found is None:
        raise _absent("block schema", schema_id)
    return found


def _refer(tx: Transaction, document_id: UUID, references: Mapping[str, UUID]) -> None:
    known = stored.by_ids(tx, stored.DOCUMENT, references.values())
    for key in references.values():
        if key not in known:
            raise _absent("block document", key)
    stored.refer(tx, document_id, references)


def update(call: Call[BlockDocumentUpdate]) -> Deciding[None]:
    """Change a block document: the values given, or all of them; a mask sent back leaves a secret as it is."""
    document_id, given, now = call.id(), call.body, call.world.clock.now()
    parts, vault = _parts(given.data), call.world.vault

    def decision(tx: Transaction) -> None:
        row, around = _with_around(tx, stored.document_by_id(tx, document_id))
        changes: dict[str, object] = {"updated": now}
        if given.block_schema_id is not None:
            if _schema(tx, given.block_schema_id)["block_type_id"] != row["block_type_id"]:
                raise OTHER_TYPE
            changes["block_schema_id"] = given.block_schema_id
        known, shown = (BlockView(around, vault.unseal, secrets).data(row) for secrets in (True, False))
        fresh = unmasked(parts.data, known, shown)
        assert isinstance(fresh, dict)
        references = parts.references
        if given.merge_existing_data:
            old = Parts(own_data(row, vault.unseal), around.references.get(document_id, {}))
            fresh, references = _merged(old, Parts(fresh, references))
        stored.change_document(tx, document_id, {**changes, "data": vault.seal(json.dumps(fresh))})
        _refer(tx, document_id, references)
        _told(tx, call, UPDATED, document_id)

    return Deciding(decision, lambda _: _done(call, document_id))


def _told(tx: Transaction, call: AnyCall, what: str, document_id: UUID) -> Found:
    """A document with what belongs to it; named ones are told of."""
    found = row, around = _with_around(tx, stored.document_by_id(tx, document_id))
    if not row["is_anonymous"]:
        schema, kind = around.schemas.get(row["block_schema_id"]), around.types.get(row["block_type_id"])
        Teller(tx, call.world.clock).block_document(what, row, schema, kind)
    return found


def _merged(old: Parts, given: Parts) -> tuple[dict[str, object], dict[str, UUID]]:
    """What was there with what is given in its place, field by field, whether it is held or referred to."""
    replaced = given.data.keys() | given.references.keys()
    data = {**{name: value for name, value in old.data.items() if name not in replaced}, **given.data}
    kept = {name: key for name, key in old.references.items() if name not in replaced}
    return data, {**kept, **given.references}


def delete(call: Call[None]) -> Deciding[None]:
    """Delete a block document."""
    document_id = call.id()

    def decision(tx: Transaction) -> None:
        _told(tx, call, DELETED, document_id)
        stored.delete_document(tx, document_id)

    return Deciding(decision, lambda _: _done(call, document_id))


def _done(call: AnyCall, document_id: UUID) -> Answer:
    _tell(call, document_id)
    return NO_CONTENT


def _tell(call: AnyCall, document_id: UUID) -> None:
    call.world.bus.tell([Change("block_document", document_id.hex)])


SECRETS = (Query("include_secrets", bool, default=False),)
ROUTES = (
    Route("POST", "/block_documents/", create, Role.EDITOR, BlockDocumentCreate, returns=BlockDocument, status=201),
    Route("GET", "/block_documents/{id}", read, returns=BlockDocument, query=SECRETS),
    Route("POST", "/block_documents/filter", page, body=BlockDocumentsFilterBody, body_required=False,
          returns=list[BlockDocument]),
    Route("POST", "/block_documents/count", count, body=BlockDocumentsCountBody, body_required=False, returns=int),
    Route("PATCH", "/block_documents/{id}", update, Role.EDITOR, BlockDocumentUpdate, status=204, inline=True),
    Route("DELETE", "/block_documents/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("GET", "/block_types/slug/{slug}/block_documents", read_of_type, returns=list[BlockDocument], query=SECRETS),
    Route("GET", "/block_types/slug/{slug}/block_documents/name/{block_document_name}", read_by_name,
          returns=BlockDocument, query=SECRETS),
)  # fmt: skip
