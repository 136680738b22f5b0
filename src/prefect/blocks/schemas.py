"""The schema of a block class: JSON schema, with which fields are secret and which hold other blocks.

It is what Prefect's own classes make, down to the checksum: blocks that one program saved are found by the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from prefect.blocks.fields import SecretDict
from prefect.blocks.kinds import BlockKind, is_block_class
from prefect.core.blocks import checksum_of

Schema = dict[str, Any]


def extend(schema: Schema, cls: type[BaseModel]) -> None:
    """Say in the JSON schema of a block class what blocks need; called by pydantic for each class in a schema."""
    kind: Any = cls
    description = kind.get_description()
    schema.pop("additionalProperties", None)
    schema.pop("description", None)
    if description:
        schema["description"] = description
    schema["title"] = cls.__name__
    schema["block_type_slug"] = kind.get_block_type_slug()
    schema["block_schema_references"] = dict(_references(cls))
    schema["secret_fields"] = list(secret_paths(cls))
    for position, property in enumerate(schema.setdefault("properties", {}).values()):
        property.pop("additionalProperties", None)
        property["position"] = position


def with_definitions(schema: Schema) -> Schema:
    """A JSON schema in which what is nested stands below `definitions`."""
    nested = schema.pop("$defs", None)
    return {**schema, "definitions": nested} if nested else schema


def checksum(cls: type[BaseModel]) -> str:
    """The checksum of a class's schema."""
    return checksum_of(cls.model_json_schema())


# --- what fields hold


def field_names(cls: type[BaseModel]) -> dict[str, str]:
    """The names of a class's fields in its schema and its data, and what they are called in the class."""
    return {field.alias or name: name for name, field in cls.model_fields.items()}


def nested_blocks(cls: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Block classes that the fields of a class hold, in their order."""
    for field in cls.model_fields.values():
        yield from blocks_in(field.annotation)


def blocks_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The block classes in a type, such as `Optional[list[Credentials]]`."""
    if is_block_class(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from blocks_in(argument)


def _references(cls: type[BaseModel]) -> Iterator[tuple[str, Schema | list[Schema]]]:
    for shown, name in field_names(cls).items():
        found = [
            _reference(kind) for kind in dict.fromkeys(blocks_in(cls.model_fields[name].annotation)) if kind is not cls
        ]
        if found:
            yield shown, found[0] if len(found) == 1 else found


def _reference(cls: type[BaseModel]) -> Schema:
    assert issubclass(cls, BlockKind)
    return {"block_type_slug": cls.get_block_type_slug(), "block_schema_checksum": checksum(cls)}


def secret_paths(cls: type[BaseModel]) -> Iterator[str]:
    """Paths of a class's secrets, such as `password`, `auth.token` and `headers.*`."""
    yield from _paths_of_model(cls, (cls,))


def _paths_of_model(cls: type[BaseModel], within: tuple[type, ...]) -> Iterator[str]:
    for shown, name in field_names(cls).items():
        yield from _paths_in(shown, cls.model_fields[name].annotation, within)


def _paths_in(name: str, annotation: Any, within: tuple[type, ...]) -> Iterator[str]:
    kind = get_origin(annotation) if isinstance(get_origin(annotation), type) else annotation
    if isinstance(kind, type) and issubclass(kind, SecretDict):
        yield f"{name}.*"
    elif is_secret(kind):
        yield name
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in within:
            yield from (f"{name}.{path}" for path in _paths_of_model(kind, (*within, kind)))
    else:
        for argument in get_args(annotation):
            yield from _paths_in(name, argument, within)


def is_secret(kind: Any) -> bool:
    """Whether a type hides its value."""
    return isinstance(kind, type) and issubclass(kind, (SecretStr, SecretBytes, Secret))


# --- data


def revealed(value: Any) -> Any:
    """A value with every secret in it in plain text, models as mappings by the names that their data has."""
    if isinstance(value, (SecretStr, SecretBytes, Secret)):
        return revealed(value.get_secret_value())
    if isinstance(value, BaseModel):
        names = field_names(type(value))
        return {shown: revealed(getattr(value, name)) for shown, name in names.items()}
    if isinstance(value, Mapping):
        return {key: revealed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [revealed(item) for item in value]
    return value
