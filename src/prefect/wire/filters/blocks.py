"""Which block types, block schemas and block documents."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from prefect.wire.base import Filter, Text
from prefect.wire.filters.common import Combined


class BlockTypeFilterName(Filter):
    """Which block types, by name."""

    like_: Text | None = None


class BlockTypeFilterSlug(Filter):
    """Which block types, by slug."""

    any_: list[Text] | None = None


class BlockSchemaFilterBlockTypeId(Filter):
    """Which block schemas, by block type."""

    any_: list[UUID] | None = None


class BlockSchemaFilterCapabilities(Filter):
    """Which block schemas, by what their blocks can do."""

    all_: list[Text] | None = None


class BlockSchemaFilterId(Filter):
    """Which block schemas, by id."""

    any_: list[UUID] | None = None


class BlockSchemaFilterVersion(Filter):
    """Which block schemas, by version."""

    any_: list[Text] | None = None


class BlockDocumentFilterBlockTypeId(Filter):
    """Which block documents, by block type."""

    any_: list[UUID] | None = None


class BlockDocumentFilterId(Filter):
    """Which block documents, by id."""

    any_: list[UUID] | None = None


class BlockDocumentFilterIsAnonymous(Filter):
    """Which block documents, by whether they have a name."""

    eq_: bool | None = None


class BlockDocumentFilterName(Filter):
    """Which block documents, by name."""

    any_: list[Text] | None = None
    like_: Text | None = None


class BlockTypeFilter(Filter):
    """Which block types."""

    name: BlockTypeFilterName | None = None
    slug: BlockTypeFilterSlug | None = None


class BlockSchemaFilter(Combined):
    """Which block schemas."""

    block_type_id: BlockSchemaFilterBlockTypeId | None = None
    block_capabilities: BlockSchemaFilterCapabilities | None = None
    id: BlockSchemaFilterId | None = None
    version: BlockSchemaFilterVersion | None = None


class BlockDocumentFilter(Combined):
    """Which block documents."""

    id: BlockDocumentFilterId | None = None
    is_anonymous: BlockDocumentFilterIsAnonymous | None = Field(
        default_factory=lambda: BlockDocumentFilterIsAnonymous(eq_=False), json_schema_extra={"default": {"eq_": False}}
    )
    block_type_id: BlockDocumentFilterBlockTypeId | None = None
    name: BlockDocumentFilterName | None = None
