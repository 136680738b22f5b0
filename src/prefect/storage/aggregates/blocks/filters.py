"""What blocks can be filtered by, and how filters of one kind narrow another."""

from __future__ import annotations

from sqlalchemy import and_, select, true

from prefect.storage.aggregates.filters import Fields, Filters
from prefect.storage.aggregates.where import Condition, plain, tags, where
from prefect.storage.tables import block_document, block_schema, block_type

TYPES: Fields = {"name": plain(block_type.c.name), "slug": plain(block_type.c.slug)}
SCHEMAS: Fields = {
    "id": plain(block_schema.c.id),
    "block_type_id": plain(block_schema.c.block_type_id),
    "block_capabilities": tags(block_schema.c.capabilities),
    "version": plain(block_schema.c.version),
}
DOCUMENTS: Fields = {
    "id": plain(block_document.c.id),
    "is_anonymous": plain(block_document.c.is_anonymous),
    "block_type_id": plain(block_document.c.block_type_id),
    "name": plain(block_document.c.name),
}


def types_where(filters: Filters) -> Condition:
    """Which block types, by filters of themselves and of their schemas."""
    own = where(TYPES, filters.get("block_types"))
    schemas = filters.get("block_schemas")
    if not schemas:
        return own
    return and_(own, block_type.c.id.in_(select(block_schema.c.block_type_id).where(where(SCHEMAS, schemas))))


def documents_where(filters: Filters) -> Condition:
    """Which block documents, by filters of themselves, of their types and of their schemas."""
    conditions: list[Condition] = [true(), where(DOCUMENTS, filters.get("block_documents"))]
    if types := filters.get("block_types"):
        wanted = select(block_type.c.id).where(where(TYPES, types))
        conditions.append(block_document.c.block_type_id.in_(wanted))
    if schemas := filters.get("block_schemas"):
        of_schema = select(block_schema.c.id).where(where(SCHEMAS, schemas))
        conditions.append(block_document.c.block_schema_id.in_(of_schema))
    return and_(*conditions)
