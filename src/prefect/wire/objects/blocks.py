"""Blocks: configuration and credentials that flows load by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Protocol, Self, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from prefect.types.names import raise_on_name_alphanumeric_dashes_only
from prefect.wire.base import JsonObject, Name, Record, Request, Text, new_id

DEFAULT_BLOCK_SCHEMA_VERSION = "non-versioned"


def _dashes_in(field: str) -> Callable[[str], str | None]:
    return partial(raise_on_name_alphanumeric_dashes_only, field_name=field)


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL of http or https, such as https://example.com/logo.png")
    return url


BlockTypeSlug = Annotated[Text, AfterValidator(_dashes_in("Block type slug"))]
BlockDocumentName = Annotated[Name, AfterValidator(_dashes_in("Block document name"))]
WebAddress = Annotated[Text, AfterValidator(_web_address)]
"""A URL of http or https, as it was written."""


class BlockType(Record):
    """A kind of block."""

    name: Name
    slug: Text
    logo_url: WebAddress | None = None
    documentation_url: WebAddress | None = None
    description: Text | None = None
    code_example: Text | None = None
    is_protected: bool = False


class BlockTypeCreate(Request):
    """A block type to be made."""

    name: Name
    slug: BlockTypeSlug
    logo_url: WebAddress | None = None
    documentation_url: WebAddress | None = None
    description: Text | None = None
    code_example: Text | None = None


class BlockTypeUpdate(Request):
    """Changes to a block type."""

    @classmethod
    def updatable_fields(cls) -> set[str]:
        """Names of the fields that may change."""
        return set(cls.model_fields)

    logo_url: WebAddress | None = None
    documentation_url: WebAddress | None = None
    description: Text | None = None
    code_example: Text | None = None


class BlockSchema(Record):
    """A version of the fields of a block type."""

    checksum: Text
    fields: JsonObject = Field(default_factory=dict)
    block_type_id: UUID | None
    block_type: BlockType | None = None
    capabilities: list[Text] = Field(default_factory=list)
    version: Text = DEFAULT_BLOCK_SCHEMA_VERSION


class BlockSchemaCreate(Request):
    """A block schema to be made."""

    fields: JsonObject = Field(default_factory=dict)
    block_type_id: UUID
    capabilities: list[Text] = Field(default_factory=list)
    version: Text = DEFAULT_BLOCK_SCHEMA_VERSION


class _Named(Protocol):
    name: str | None
    is_anonymous: bool


B = TypeVar("B", bound=_Named)


def _named(block: B) -> B:
    if not block.is_anonymous and not block.name:
        raise ValueError("Names must be provided for block documents.")
    return block


class BlockDocument(Record):
    """A block: values for the fields of its schema."""

    name: BlockDocumentName | None = None
    data: JsonObject = Field(default_factory=dict)
    block_schema_id: UUID
    block_schema: BlockSchema | None = None
    block_type_id: UUID
    block_type_name: Text | None = None
    block_type: BlockType | None = None
    block_document_references: dict[str, JsonObject] = Field(default_factory=dict)
    is_anonymous: bool = False

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        return _named(self)


class BlockDocumentCreate(Request):
    """A block to be made."""

    name: BlockDocumentName | None = None
    data: JsonObject = Field(default_factory=dict)
    block_schema_id: UUID
    block_type_id: UUID
    is_anonymous: bool = False

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        return _named(self)


class BlockDocumentUpdate(Request):
    """Changes to a block."""

    block_schema_id: UUID | None = None
    data: JsonObject = Field(default_factory=dict)
    merge_existing_data: bool = True


class BlockSchemaReference(Record):
    """A field of one block schema that holds blocks of another."""

    parent_block_schema_id: UUID
    parent_block_schema: BlockSchema | None = None
    reference_block_schema_id: UUID
    reference_block_schema: BlockSchema | None = None
    name: Text


class BlockDocumentReference(Record):
    """A block that is a field of another."""

    parent_block_document_id: UUID
    parent_block_document: BlockDocument | None = None
    reference_block_document_id: UUID
    reference_block_document: BlockDocument | None = None
    name: Text

    @model_validator(mode="after")
    def _between_two(self) -> Self:
        if self.parent_block_document_id == self.reference_block_document_id:
            raise ValueError("`parent_block_document_id` and `reference_block_document_id` cannot be the same")
        return self


class BlockDocumentReferenceCreate(Request):
    """A block that is to be a field of another."""

    id: UUID = Field(default_factory=new_id)
    parent_block_document_id: UUID
    reference_block_document_id: UUID
    name: Text
