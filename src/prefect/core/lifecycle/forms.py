"""States used as pydantic models are: read, dumped, and fields of models.

States are no pydantic models, which would cost every start and every transition. Whoever uses one as a model loads what
does the work; it is registered, for the core knows no pydantic.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Protocol, Self, cast


class Forms(Protocol):
    """Reads and writes classes of the core by the shapes that stand for them. Options are those of pydantic's methods."""

    def validated(self, cls: type, given: object, **options: object) -> object:
        """An instance from its form in Python. Raises ValidationError."""

    def validated_json(self, cls: type, given: str | bytes, **options: object) -> object:
        """An instance from its form in JSON. Raises ValidationError."""

    def dumped(self, fields: Mapping[str, object], **options: object) -> dict[str, object]:
        """Fields as plain values."""

    def dumped_json(self, fields: Mapping[str, object], **options: object) -> str:
        """Fields as JSON."""

    def core_schema(self, cls: type, source: object, handler: object) -> object:
        """What pydantic validates a field of that class by."""

    def json_schema(self, cls: type, **options: object) -> dict[str, object]:
        """The class in JSON Schema."""


_load: Callable[[], Forms] | None = None


def provide_forms(load: Callable[[], Forms]) -> None:
    """Register what loads the work."""
    global _load
    _load = load


def _forms() -> Forms:
    assert _load is not None, "nothing that reads and writes forms is registered; import prefect.connect"
    return _load()


class Formed:
    """Has pydantic's methods, but not `model_fields`, by which whoever walks through values knows a model."""

    __slots__ = ()

    @abstractmethod
    def fields(self) -> dict[str, object]:
        """The fields by name."""

    @classmethod
    def model_validate(cls, obj: object, **options: object) -> Self:
        """An instance from a mapping; an instance passes. Raises pydantic's ValidationError."""
        return cast(Self, _forms().validated(cls, obj, **options))

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, **options: object) -> Self:
        """An instance from JSON. Raises pydantic's ValidationError."""
        return cast(Self, _forms().validated_json(cls, json_data, **options))

    def model_dump(self, *, mode: str = "python", **options: object) -> dict[str, object]:
        """The fields as values of Python, or as plain ones with `mode="json"`; `include`, `exclude` and the like choose."""
        if mode == "python" and not options:
            return self.fields()
        return _forms().dumped(self.fields(), mode=mode, **options)

    def model_dump_json(self, **options: object) -> str:
        """The fields as JSON."""
        return _forms().dumped_json(self.fields(), **options)

    @classmethod
    def model_json_schema(cls, **options: object) -> dict[str, object]:
        """The class in JSON Schema."""
        return _forms().json_schema(cls, **options)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> object:
        return _forms().core_schema(cls, source, handler)
