"""What makes classes of the core usable as pydantic models; implements `core.lifecycle.forms.Forms` as a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, SchemaSerializer
from pydantic_core import core_schema as schemas

from prefect.core.lifecycle.states import State, StateDetails
from prefect.wire.base import Shape
from prefect.wire.states import HeldState, HeldStateDetails, StateDetailsShape, StateShape

_HELD: dict[type, Any] = {State: HeldState, StateDetails: HeldStateDetails}
_SHAPES: dict[type, type[Shape]] = {State: StateShape, StateDetails: StateDetailsShape}
_WRITER = SchemaSerializer(schemas.any_schema())
_WITHOUT_NONE = ("exclude_none", "exclude_unset", "exclude_defaults")


def _base(cls: type) -> type:
    return next(base for base in cls.__mro__ if base in _HELD)


def validated(cls: type, given: object, **options: Any) -> object:
    """An instance from its form in Python."""
    return TypeAdapter(_HELD[_base(cls)]).validate_python(given, **options)


def validated_json(cls: type, given: str | bytes, **options: Any) -> object:
    """An instance from its form in JSON."""
    return TypeAdapter(_HELD[_base(cls)]).validate_json(given, **options)


def dumped(fields: Mapping[str, object], **options: Any) -> dict[str, object]:
    """Fields as plain values; what is not set is None."""
    chosen, rest = _chosen(fields, options)
    made: dict[str, object] = _WRITER.to_python(chosen, **rest)
    return made


def dumped_json(fields: Mapping[str, object], **options: Any) -> str:
    """Fields as JSON."""
    chosen, rest = _chosen(fields, options)
    return _WRITER.to_json(chosen, **rest).decode()


def _chosen(fields: Mapping[str, object], options: Mapping[str, Any]) -> tuple[object, dict[str, Any]]:
    rest = {name: value for name, value in options.items() if name not in _WITHOUT_NONE}
    return _without_none(fields) if any(options.get(name) for name in _WITHOUT_NONE) else fields, rest


def _without_none(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {name: _without_none(inner) for name, inner in value.items() if inner is not None}


def core_schema(cls: type, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
    """What pydantic validates a field of that class by."""
    (held,) = _HELD[_base(cls)].__metadata__
    made: CoreSchema = held.__get_pydantic_core_schema__(source, handler)
    return made


def json_schema(cls: type, **options: Any) -> dict[str, Any]:
    """The class in JSON Schema."""
    return _SHAPES[_base(cls)].model_json_schema(**options)
