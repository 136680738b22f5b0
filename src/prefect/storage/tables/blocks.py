"""Blocks: their types, their schemas, and documents whose data is encrypted."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from prefect.storage.tables.base import metadata
from prefect.storage.types import Flag, Id, Json, Moment, Tags

block_type = Table(
    "block_type",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("logo_url", Text),
    Column("documentation_url", Text),
    Column("description", Text),
    Column("code_example", Text),
    Column("is_protected", Flag, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

block_schema = Table(
    "block_schema",
    metadata,
    Column("id", Id, primary_key=True),
    Column("block_type_id", Id, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("fields", Json, nullable=False),
    Column("capabilities", Tags, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("checksum", "version"),
    Index("block_schema_by_type", "block_type_id"),
)

block_schema_reference = Table(
    "block_schema_reference",
    metadata,
    Column("parent_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("reference_id", Id, nullable=False),
    PrimaryKeyConstraint("parent_id", "name", "reference_id"),
)

block_document = Table(
    "block_document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text),
    Column("block_type_id", Id, nullable=False),
    Column("block_schema_id", Id, nullable=False),
    Column("data", Text, nullable=False),
    Column("is_anonymous", Flag, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("block_type_id", "name"),
    Index("block_document_by_schema", "block_schema_id"),
)

block_document_reference = Table(
    "block_document_reference",
    metadata,
    Column("parent_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("reference_id", Id, nullable=False),
    PrimaryKeyConstraint("parent_id", "name"),
    Index("block_document_reference_by_reference", "reference_id"),
)
