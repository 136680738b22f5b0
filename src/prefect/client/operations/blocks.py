"""Blocks: their types, schemas and documents."""

from __future__ import annotations

from uuid import UUID

from prefect.client.calls import MISSING, TAKEN, Call, Calls, ask, given, known, many, nothing, one, path, searching
from prefect.client.schemas.actions import (
    BlockDocumentCreate,
    BlockDocumentUpdate,
    BlockSchemaCreate,
    BlockTypeCreate,
    BlockTypeUpdate,
)
from prefect.client.schemas.objects import BlockDocument, BlockSchema, BlockType

# --- types


def create_block_type(block_type: BlockTypeCreate) -> Call[BlockType]:
    """Make a block type. Raises ObjectAlreadyExists."""
    return Call("POST", "/block_types/", one(BlockType), body=given(block_type), refusals=TAKEN)


def read_block_types() -> Call[list[BlockType]]:
    """All block types."""
    return searching("/block_types/filter", many(BlockType), {})


def read_block_type_by_slug(slug: str) -> Call[BlockType]:
    """A block type. Raises ObjectNotFound."""
    return Call("GET", path("/block_types/slug/{}", slug), one(BlockType), refusals=MISSING)


def update_block_type(block_type_id: UUID, block_type: BlockTypeUpdate) -> Call[None]:
    """Change what is given of a block type. Raises ObjectNotFound."""
    return Call("PATCH", path("/block_types/{}", block_type_id), nothing, body=given(block_type), refusals=MISSING)


def delete_block_type(block_type_id: UUID) -> Call[None]:
    """Delete a block type with its documents. Raises ObjectNotFound."""
    return Call("DELETE", path("/block_types/{}", block_type_id), nothing, refusals=MISSING)


# --- schemas


def create_block_schema(block_schema: BlockSchemaCreate) -> Call[BlockSchema]:
    """Make a block schema. Raises ObjectAlreadyExists."""
    return Call("POST", "/block_schemas/", one(BlockSchema), body=given(block_schema), refusals=TAKEN)


def read_block_schemas() -> Call[list[BlockSchema]]:
    """All block schemas."""
    return searching("/block_schemas/filter", many(BlockSchema), {})


def read_block_schema_by_checksum(checksum: str, version: str | None = None) -> Call[BlockSchema]:
    """A block schema, of a version or the newest. Raises ObjectNotFound."""
    place = path("/block_schemas/checksum/{}", checksum)
    return Call("GET", place, one(BlockSchema), params={"version": version}, refusals=MISSING)


def get_most_recent_block_schema_for_block_type(block_type_id: UUID) -> Calls[BlockSchema | None]:
    """The newest schema of a block type, or None."""
    body = {"block_schemas": {"block_type_id": {"any_": [block_type_id]}}, "limit": 1}
    found = yield from ask(searching("/block_schemas/filter", many(BlockSchema), body))
    return found[0] if found else None


# --- documents


def create_block_document(
    block_document: BlockDocument | BlockDocumentCreate, include_secrets: bool = True
) -> Call[BlockDocument]:
    """Save a block. Raises ObjectAlreadyExists.

    Without `include_secrets`, secret values of its data are sent as they are shown: masked.
    """
    body = block_document.model_dump(
        mode="json",
        exclude_unset=True,
        exclude={"id", "block_schema", "block_type", "block_type_name"},
        context={"include_secrets": include_secrets},
    )
    return Call("POST", "/block_documents/", one(BlockDocument), body=body, refusals=TAKEN)


def read_block_document(block_document_id: UUID, include_secrets: bool = True) -> Call[BlockDocument]:
    """A saved block, with or without its secret values. Raises ObjectNotFound."""
    return Call(
        "GET",
        path("/block_documents/{}", block_document_id),
        one(BlockDocument),
        params={"include_secrets": include_secrets},
        refusals=MISSING,
    )


def read_block_document_by_name(name: str, block_type_slug: str, include_secrets: bool = True) -> Call[BlockDocument]:
    """A saved block, with or without its secret values. Raises ObjectNotFound."""
    return Call(
        "GET",
        path("/block_types/slug/{}/block_documents/name/{}", block_type_slug, name),
        one(BlockDocument),
        params={"include_secrets": include_secrets},
        refusals=MISSING,
    )


def read_block_documents(
    block_schema_type: str | None = None,
    offset: int | None = None,
    limit: int | None = None,
    include_secrets: bool = True,
) -> Call[list[BlockDocument]]:
    """Saved blocks, with or without their secret values."""
    body = {
        **known(block_schema_type=block_schema_type, offset=offset, limit=limit),
        "include_secrets": include_secrets,
    }
    return searching("/block_documents/filter", many(BlockDocument), body)


def read_block_documents_by_type(
    block_type_slug: str,
    offset: int | None = None,
    limit: int | None = None,
    include_secrets: bool = True,
) -> Call[list[BlockDocument]]:
    """Saved blocks of a type, with or without their secret values."""
    return Call(
        "GET",
        path("/block_types/slug/{}/block_documents", block_type_slug),
        many(BlockDocument),
        params={"offset": offset, "limit": limit, "include_secrets": include_secrets},
    )


def update_block_document(block_document_id: UUID, block_document: BlockDocumentUpdate) -> Call[None]:
    """Change what is given of a saved block. Raises ObjectNotFound."""
    place = path("/block_documents/{}", block_document_id)
    body = block_document.model_dump(mode="json", exclude_unset=True, context={"include_secrets": True})
    return Call("PATCH", place, nothing, body=body, refusals=MISSING)


def delete_block_document(block_document_id: UUID) -> Call[None]:
    """Delete a saved block. Raises ObjectNotFound."""
    return Call("DELETE", path("/block_documents/{}", block_document_id), nothing, refusals=MISSING)
