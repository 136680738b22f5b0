"""Blocks as data: which schema a checksum stands for, which values are secret, and what refers to other blocks.

A schema names its secrets by path: `password`, `auth.token`, `headers.*` for everything below `headers`. What is secret is
shown as `MASK`; whoever sends the mask back means the value that is there already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from prefect.utilities.records import record

MASK = "********"
NOT_COUNTED = "secret_fields"
DEFINITIONS = "definitions"
"""Schemas of what is nested, to which `$ref` leads."""

TYPE_SLUG = "block_type_slug"
"""Marks the definition of a block, which has a checksum of its own."""


def checksum_of(fields: Mapping[str, object]) -> str:
    """What tells schemas apart that mean different things; the same on every client and server."""
    counted = {name: _counted(value) for name, value in fields.items() if name not in (NOT_COUNTED, DEFINITIONS)}
    definitions = fields.get(DEFINITIONS)
    if isinstance(definitions, Mapping):
        nested = {name: _counted(definitions[name]) for name in sorted(_reached(counted, definitions))}
        plain = {
            name: one for name, one in nested.items() if one and not (isinstance(one, Mapping) and TYPE_SLUG in one)
        }
        counted |= {DEFINITIONS: plain} if plain else {}
    text = json.dumps([[counted], {}], sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _counted(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {name: _counted(item) for name, item in value.items() if name != NOT_COUNTED}


def _reached(schema: object, definitions: Mapping[str, object]) -> set[str]:
    """Which definitions references lead to, directly or not."""
    found: set[str] = set()
    left: list[object] = [schema]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            left += value.values()
            name = str(value.get("$ref", "")).removeprefix(f"#/{DEFINITIONS}/")
            if name in definitions and name not in found:
                found.add(name)
                left.append(definitions[name])
        elif isinstance(value, list):
            left += value
    return found


# --- secrets


def masked(data: object, secret_fields: Iterable[str]) -> object:
    """The data with the mask in place of every secret."""
    for path in secret_fields:
        data = _masked_at(data, path.split("."))
    return data


def _masked_at(value: object, path: list[str], within: bool = False) -> object:
    if not path:
        return None if value is None else _masked_below(value)
    if isinstance(value, Mapping) and path[0] == "*":
        return {name: _masked_below(item) for name, item in value.items()}
    if isinstance(value, Mapping):
        return {name: _masked_in(name, item, path, within) for name, item in value.items()}
    if isinstance(value, list) and path[0] != "*":
        return [_masked_at(item, path, within) for item in value]
    return None if value is None else _masked_below(value)


def _masked_in(name: str, value: object, path: list[str], within: bool) -> object:
    if name == path[0]:
        return _masked_at(value, path[1:], True)
    if within and isinstance(value, (Mapping, list)):
        return _masked_at(value, path, True)  # what a path leads to may be held by name, or in a list
    return value


def _masked_below(value: object) -> object:
    if isinstance(value, Mapping) and value:
        return {name: _masked_below(item) for name, item in value.items()}
    return MASK


def unmasked(given: object, known: object, shown: object) -> object:
    """The data given, with what is known where the mask was sent back.

    Args:
        known: the data as it is.
        shown: the same as its readers see it.
    """
    if given == MASK and shown == MASK:
        return known
    if isinstance(given, Mapping) and isinstance(known, Mapping) and isinstance(shown, Mapping):
        return {name: unmasked(item, known.get(name), shown.get(name)) for name, item in given.items()}
    return given


# --- references


@record
class Parts:
    """A document's data apart from what it refers to."""

    data: Mapping[str, object]
    references: Mapping[str, UUID]
    """Other documents, by field."""


class BadReference(ValueError):
    """A field refers to another block without saying to which."""


def parts_of(data: Mapping[str, object]) -> Parts:
    """Split the data of a document. Raises BadReference."""
    own: dict[str, object] = {}
    references: dict[str, UUID] = {}
    for name, value in data.items():
        if isinstance(value, Mapping) and "$ref" in value:
            references[name] = _referred(name, value["$ref"])
        else:
            own[name] = value
    return Parts(own, references)


def _referred(name: str, reference: object) -> UUID:
    found = reference.get("block_document_id") if isinstance(reference, Mapping) else reference
    try:
        return UUID(str(found))
    except ValueError:
        raise BadReference(f"Received block reference without a block_document_id in key {name}") from None


def reference_to(document_id: UUID) -> dict[str, object]:
    """What stands in a document's data for another one."""
    return {"$ref": {"block_document_id": str(document_id)}}
