"""Classes that consist of options: keyword arguments, checked names, equality and a telling `repr`.

A subclass names its options by annotating them in its body, as in a pydantic model; a value there is the
default. A subclass that also derives from pydantic's `BaseModel` is left to pydantic.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from copy import copy
from typing import ClassVar, Self

from prefect.utilities.invalid import validation_error

REQUIRED = object()
"""The default of an option that has none."""


class Options:
    """A value made of named options. `check` is called when all are set, and may refuse or change them."""

    __options__: ClassVar[Mapping[str, object]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if _leave_to_pydantic(cls):
            return
        own = {name: vars(cls).get(name, REQUIRED) for name in _annotated(cls)}
        inherited = {name: getattr(cls, name, default) for name, default in cls.__options__.items()}
        cls.__options__ = {**inherited, **own}

    def __init__(self, **options: object) -> None:
        for name in options:
            if name not in self.__options__:
                raise validation_error(type(self).__name__, name, options[name], self._unknown(name))
        for name, default in self.__options__.items():
            self.__dict__[name] = options[name] if name in options else self._default(name, default)
        self.check()

    def _unknown(self, name: str) -> str:
        known = ", ".join(self.__options__) or "none"
        return f"Extra inputs are not permitted: {type(self).__name__} has no option {name!r}; it has {known}."

    def _default(self, name: str, default: object) -> object:
        if default is REQUIRED:
            problem = f"Field required: {type(self).__name__} needs {name}=..."
            raise validation_error(type(self).__name__, name, None, problem)
        made = getattr(default, "get_default", None)  # of pydantic's Field(...)
        return copy(default) if made is None else made(call_default_factory=True)

    def check(self) -> None:
        """Refuse options that do not fit, or bring them into form."""

    def refuse(self, option: str, problem: str) -> ValueError:
        """The error to raise for a bad value of an option."""
        return validation_error(type(self).__name__, option, self.__dict__.get(option), problem)

    def model_dump(self) -> dict[str, object]:
        """The options by name."""
        return {name: _dumped(self.__dict__[name]) for name in self.__options__}

    def model_copy(self, *, update: Mapping[str, object] | None = None) -> Self:
        """The same options, but for those in `update`, which are not checked."""
        new = copy(self)
        new.__dict__.update(update or {})
        return new

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(self.__dict__[name] == other.__dict__[name] for name in self.__options__)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self.__options__)
        return f"{type(self).__name__}({shown})"


def _dumped(value: object) -> object:
    return value.model_dump() if isinstance(value, Options) else value


def _annotated(cls: type) -> list[str]:
    """The names a class body annotates as options: public, and not `ClassVar`."""
    annotations = {name: str(kind) for name, kind in cls.__annotations__.items()}
    return [name for name, kind in annotations.items() if not (name.startswith("_") or "ClassVar" in kind)]


def _leave_to_pydantic(cls: type) -> bool:
    """Give a class that is a pydantic model the model's ways of being made, compared and shown."""
    pydantic = sys.modules.get("pydantic")
    if pydantic is None or not issubclass(cls, pydantic.BaseModel):
        return False
    model = next(base for base in cls.__mro__[1:] if issubclass(base, pydantic.BaseModel))
    for name in ("__init__", "__eq__", "__repr__", "model_dump", "model_copy"):
        if name not in vars(cls):
            setattr(cls, name, getattr(model, name))
    return True
