"""Block types by slug, their schemas by checksum and version, and documents with what they refer to.

What a document holds is sealed before it comes here and unsealed after it leaves: this module sees texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.storage import rows
from prefect.storage.documents import Record
from prefect.storage.rows import Columns
from prefect.storage.transaction import Transaction

TYPE = Columns(
    "block_type",
    ("name", "slug", "logo_url", "documentation_url", "description", "code_example"),
    ("id",),
    ("created", "updated"),
    flags=("is_protected",),
)
SCHEMA = Columns(
    "block_schema",
    ("checksum", "version"),
    ("id", "block_type_id"),
    ("created", "updated"),
    ("fields", "capabilities"),
)
DOCUMENT = Columns(
    "block_document",
    ("name", "data"),
    ("id", "block_type_id", "block_schema_id"),
    ("created", "updated"),
    flags=("is_anonymous",),
)
REFERENCE = Columns("block_document_reference", ("name",), ("parent_id", "reference_id"))
AT_ONCE = 500
"""Keys in one statement."""


# --- types


def type_by_id(tx: Transaction, type_id: UUID) -> Record | None:
    """The block type of that id, or None; it stays while a decision rests on it."""
    return rows.first(tx, TYPE, "WHERE id = ?", (type_id.bytes,), locking=True)


def type_by_slug(tx: Transaction, slug: str) -> Record | None:
    """The block type of that slug, or None; it stays while a decision rests on it."""
    return rows.first(tx, TYPE, "WHERE slug = ?", (slug,), locking=True)


def types_missing(tx: Transaction, slugs: Sequence[str]) -> set[str]:
    """Which of these slugs no block type has."""
    missing = set(slugs)
    for start in range(0, len(slugs), AT_ONCE):
        some = slugs[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        missing -= {row[0] for row in tx.all(f"SELECT slug FROM block_type WHERE slug IN ({marks})", some)}
    return missing


def insert_type(tx: Transaction, values: Mapping[str, object]) -> bool:
    """A new block type; False if there is one of that slug."""
    plain = {name: rows.encoded(value) for name, value in values.items()}
    return tx.insert("block_type", plain, "ON CONFLICT (slug) DO NOTHING") == 1


def change_type(tx: Transaction, type_id: UUID, changes: Mapping[str, object]) -> bool:
    """Set columns of a block type; False if there is none."""
    return rows.change(tx, TYPE, type_id, changes)


def delete_type(tx: Transaction, type_id: UUID) -> bool:
    """Remove a block type with its schemas and documents; False if there is none."""
    key = (type_id.bytes,)
    _forget_documents(tx, "block_type_id = ?", key)
    of_type = "SELECT id FROM block_schema WHERE block_type_id = ?"
    _forget_documents(tx, f"block_schema_id IN ({of_type})", key)
    tx.execute("DELETE FROM block_schema WHERE block_type_id = ?", key)
    return tx.execute("DELETE FROM block_type WHERE id = ?", key) == 1


# --- schemas


def schema_by_id(tx: Transaction, schema_id: UUID) -> Record | None:
    """The block schema of that id, or None; it stays while a decision rests on it."""
    return rows.first(tx, SCHEMA, "WHERE id = ?", (schema_id.bytes,), locking=True)


def ensure_schema(tx: Transaction, values: Mapping[str, object]) -> tuple[Record, bool]:
    """The schema of that checksum and version, and whether it was made just now."""
    documents = {name: json.dumps(values[name]) for name in SCHEMA.documents}
    plain = {name: rows.encoded(value) for name, value in {**values, **documents}.items()}
    made = tx.insert("block_schema", plain, "ON CONFLICT (checksum, version) DO NOTHING") == 1
    key = (values["checksum"], values["version"])
    found = rows.first(tx, SCHEMA, "WHERE checksum = ? AND version = ?", key)
    assert found is not None
    return found, made


def delete_schema(tx: Transaction, schema_id: UUID) -> bool:
    """Remove a schema with the documents of it; False if there is none."""
    key = (schema_id.bytes,)
    _forget_documents(tx, "block_schema_id = ?", key)
    return tx.execute("DELETE FROM block_schema WHERE id = ?", key) == 1


# --- documents


def document_by_id(tx: Transaction, document_id: UUID) -> Record | None:
    """The block document of that id, or None; it stays as it is while a decision rests on it."""
    return rows.first(tx, DOCUMENT, "WHERE id = ?", (document_id.bytes,), locking=True)


def document_by_name(tx: Transaction, slug: str, name: str) -> Record | None:
    """The block document of that name and of the type of that slug, or None."""
    of_type = "WHERE name = ? AND block_type_id = (SELECT id FROM block_type WHERE slug = ?)"
    return rows.first(tx, DOCUMENT, of_type, (name, slug))


class Around(NamedTuple):
    """What belongs to block documents: those they refer to, directly or not, and the schemas and types of all."""

    documents: Mapping[UUID, Record]
    references: Mapping[UUID, Mapping[str, UUID]]
    """Which documents a document refers to, by field."""

    schemas: Mapping[UUID, Record]
    types: Mapping[UUID, Record]


def around(tx: Transaction, found: Iterable[Record]) -> Around:
    """What belongs to these documents."""
    known: dict[UUID, Record] = {}
    refers: dict[UUID, Mapping[str, UUID]] = {}
    level = {row["id"]: row for row in found}
    while level:
        known |= level
        named = references(tx, level)
        refers |= named
        level = by_ids(tx, DOCUMENT, {key for one in named.values() for key in one.values()} - known.keys())
    schemas = by_ids(tx, SCHEMA, (row["block_schema_id"] for row in known.values()))
    kinds = [row["block_type_id"] for row in (*known.values(), *schemas.values())]
    return Around(known, refers, schemas, by_ids(tx, TYPE, kinds))


def by_ids(tx: Transaction, columns: Columns, ids: Iterable[UUID]) -> dict[UUID, Record]:
    """Rows by id, those that exist."""
    return {row["id"]: row for row in _among(tx, columns, "id", ids)}


def references(tx: Transaction, parents: Iterable[UUID]) -> dict[UUID, dict[str, UUID]]:
    """Which documents these ones refer to, by field."""
    found: dict[UUID, dict[str, UUID]] = {}
    for row in _among(tx, REFERENCE, "parent_id", parents):
        found.setdefault(row["parent_id"], {})[row["name"]] = row["reference_id"]
    return found


def _among(tx: Transaction, columns: Columns, column: str, ids: Iterable[UUID]) -> list[Record]:
    keys = [key.bytes for key in dict.fromkeys(ids)]
    found: list[Record] = []
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        found += rows.select(tx, columns, f"WHERE {column} IN ({marks})", some)
    return found


def insert_document(tx: Transaction, values: Mapping[str, object]) -> bool:
    """A new block document; False if there is one of that type and name."""
    plain = {name: rows.encoded(value) for name, value in values.items()}
    return tx.insert("block_document", plain, "ON CONFLICT (block_type_id, name) DO NOTHING") == 1


def change_document(tx: Transaction, document_id: UUID, changes: Mapping[str, object]) -> bool:
    """Set columns of a block document; False if there is none."""
    return rows.change(tx, DOCUMENT, document_id, changes)


def refer(tx: Transaction, parent_id: UUID, named: Mapping[str, UUID]) -> None:
    """Have a document refer to these ones, by field, and to no others."""
    tx.execute("DELETE FROM block_document_reference WHERE parent_id = ?", (parent_id.bytes,))
    for name, reference_id in named.items():
        values: dict[str, object] = {"parent_id": parent_id.bytes, "name": name, "reference_id": reference_id.bytes}
        tx.insert("block_document_reference", values)


def delete_document(tx: Transaction, document_id: UUID) -> bool:
    """Remove a block document and the references to it; False if there is none."""
    return _forget_documents(tx, "id = ?", (document_id.bytes,)) == 1


def _forget_documents(tx: Transaction, where: str, key: Sequence[object]) -> int:
    gone = f"SELECT id FROM block_document WHERE {where}"
    tx.execute(f"DELETE FROM block_document_reference WHERE parent_id IN ({gone})", key)
    tx.execute(f"DELETE FROM block_document_reference WHERE reference_id IN ({gone})", key)
    return tx.execute(f"DELETE FROM block_document WHERE {where}", key)
