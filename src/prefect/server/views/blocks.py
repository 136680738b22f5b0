"""Blocks as the API shows them: data with what it refers to in place, and secrets only where they were asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

from prefect.core.blocks import masked, reference_to
from prefect.server.http.answers import Json
from prefect.storage.documents import Row
from prefect.storage.keyed.blocks import Around

DEEPEST = 20
MOST = 500
"""Blocks within a block that are shown in their place: so deep, and so many. Others stay references."""


def block_type_json(row: Row) -> Json:
    """A block type."""
    texts = ("id", "created", "updated", "name", "slug", "logo_url", "documentation_url", "description", "code_example")
    return {**{name: row[name] for name in texts}, "is_protected": bool(row["is_protected"])}


def block_schema_json(row: Row, block_type: Row | None) -> Json:
    """A block schema with its type."""
    names = ("id", "created", "updated", "checksum", "fields", "block_type_id", "capabilities", "version")
    shown = None if block_type is None else block_type_json(block_type)
    return {**{name: row[name] for name in names}, "block_type": shown}


class BlockView:
    """Shows documents of one transaction.

    Args:
        around: what belongs to them.
        unseal: makes stored data readable.
        secrets: whether secrets are shown instead of the mask.
    """

    def __init__(self, around: Around, unseal: Callable[[str], str], secrets: bool) -> None:
        self._around = around
        self._unseal = unseal
        self._secrets = secrets
        self._shown = 0

    def json(self, row: Row) -> Json:
        """A document."""
        around = self._around
        schema, kind = around.schemas.get(row["block_schema_id"]), around.types.get(row["block_type_id"])
        shown = None if schema is None else block_schema_json(schema, around.types.get(schema["block_type_id"]))
        return {
            "id": row["id"],
            "created": row["created"],
            "updated": row["updated"],
            "name": row["name"],
            "data": self.data(row),
            "block_schema_id": row["block_schema_id"],
            "block_schema": shown,
            "block_type_id": row["block_type_id"],
            "block_type_name": None if kind is None else kind["name"],
            "block_type": None if kind is None else block_type_json(kind),
            "block_document_references": self.references(row),
            "is_anonymous": bool(row["is_anonymous"]),
        }

    def data(self, row: Row) -> Json:
        """What a document holds, with what it refers to in place."""
        self._shown = 0
        return self._data(row, ())

    def references(self, row: Row) -> Json:
        """Which documents stand in a document's data, by field."""
        self._shown = 0
        return self._references(row, ())

    def _data(self, row: Row, within: tuple[UUID, ...]) -> Json:
        data = own_data(row, self._unseal)
        for name, document_id in self._around.references.get(row["id"], {}).items():
            nested = self._nested(row, document_id, within)
            if nested is None:
                data[name] = reference_to(document_id)
            else:
                data[name] = self._data(nested, (*within, row["id"]))
        if self._secrets:
            return data
        hidden = masked(data, secret_fields(self._around.schemas.get(row["block_schema_id"])))
        assert isinstance(hidden, dict)
        return hidden

    def _references(self, row: Row, within: tuple[UUID, ...]) -> Json:
        shown = {}
        for name, document_id in self._around.references.get(row["id"], {}).items():
            nested = self._nested(row, document_id, within)
            if nested is not None:
                shown[name] = {"block_document": self._reference(nested, (*within, row["id"]))}
        return shown

    def _nested(self, row: Row, document_id: UUID, within: tuple[UUID, ...]) -> Row | None:
        """A document to be shown within another; None if it is there already, or there are too many."""
        self._shown += 1
        if document_id == row["id"] or document_id in within or len(within) >= DEEPEST or self._shown > MOST:
            return None
        return self._around.documents.get(document_id)

    def _reference(self, row: Row, within: tuple[UUID, ...]) -> Json:
        kind = self._around.types.get(row["block_type_id"])
        return {
            "id": row["id"],
            "name": row["name"],
            "block_type": None if kind is None else block_type_json(kind),
            "is_anonymous": bool(row["is_anonymous"]),
            "block_document_references": self._references(row, within),
        }


def own_data(row: Row, unseal: Callable[[str], str]) -> Json:
    """What a document holds itself, secrets included."""
    data: Json = json.loads(unseal(row["data"]))
    return data


def secret_fields(schema: Row | None) -> list[str]:
    """Paths of a schema's secrets; everything if nobody knows the schema any more."""
    if schema is None:
        return ["*"]
    named = schema["fields"].get("secret_fields")
    return [path for path in named if isinstance(path, str)] if isinstance(named, list) else []
