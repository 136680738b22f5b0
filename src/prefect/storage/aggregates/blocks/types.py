"""Block types and schemas: lists, and what blocks can do."""

from __future__ import annotations

from sqlalchemy import select

from prefect.storage.aggregates.blocks.filters import SCHEMAS, types_where
from prefect.storage.aggregates.filters import Filters
from prefect.storage.aggregates.pages import page_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Given, where
from prefect.storage.tables import block_schema, block_type


def page(reading: Reading, filters: Filters, limit: int, offset: int = 0) -> list[Record]:
    """Block types that match filters, by name."""
    return page_of(reading, block_type, types_where(filters), (block_type.c.name, block_type.c.id), limit, offset)


def schemas(reading: Reading, given: Given | None, limit: int, offset: int = 0) -> list[Record]:
    """Block schemas that match a filter, newest first."""
    order = (block_schema.c.created.desc(), block_schema.c.id.desc())
    return page_of(reading, block_schema, where(SCHEMAS, given), order, limit, offset)


def schema_by_checksum(reading: Reading, checksum: str, version: str | None) -> Record | None:
    """The newest block schema of a checksum, of that version if one is given; None if there is none."""
    wanted = select(block_schema).where(block_schema.c.checksum == checksum)
    if version is not None:
        wanted = wanted.where(block_schema.c.version == version)
    return reading.one(wanted.order_by(block_schema.c.created.desc(), block_schema.c.id.desc()))


def capabilities(reading: Reading) -> list[str]:
    """Everything that blocks of any schema can do."""
    found = reading.rows(select(block_schema.c.capabilities).distinct())
    return sorted({str(name) for row in found for name in _texts(row["capabilities"])})


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []
