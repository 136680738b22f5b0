"""Block documents: pages and counts. What they hold is sealed."""

from __future__ import annotations

from sqlalchemy import func, select

from prefect.storage.aggregates.blocks.filters import documents_where
from prefect.storage.aggregates.filters import Filters
from prefect.storage.aggregates.pages import count_of
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import block_document, block_type
from prefect.storage.types import Expression

_OF_TYPE = block_type.c.id == block_document.c.block_type_id
SORTS: dict[str, tuple[Expression, ...]] = {
    "NAME_DESC": (block_document.c.name.desc(),),
    "NAME_ASC": (block_document.c.name.asc(),),
    "BLOCK_TYPE_AND_NAME_ASC": (
        func.coalesce(select(block_type.c.name).where(_OF_TYPE).scalar_subquery(), "").asc(),
        block_document.c.name.asc(),
    ),
}


def page(reading: Reading, filters: Filters, sort: str, limit: int, offset: int = 0) -> list[Record]:
    """Block documents that match filters."""
    query = select(block_document).where(documents_where(filters)).order_by(*SORTS[sort], block_document.c.id)
    return reading.rows(query.limit(limit).offset(offset))


def count(reading: Reading, filters: Filters) -> int:
    """How many block documents match filters."""
    return count_of(reading, block_document, documents_where(filters))
