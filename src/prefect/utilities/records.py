"""Frozen records, as `dataclasses` makes them but without its cost at import.

`dataclasses` imports `inspect` and compiles methods for every class, which together would take as long as
everything else that `from prefect import flow` does. To type checkers a `record` is a frozen dataclass.
"""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make the annotated names of a class the fields of a frozen record, compared and shown by value.

    Fields take positional or keyword arguments; a value in the class body is the field's default.
    """
    names = tuple(cls.__annotations__)
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    methods: dict[str, Any] = {
        "__fields__": names,
        "__defaults__": defaults,
        "__match_args__": names,
        "__init__": _init,
        "__setattr__": _refuse,
        "__eq__": _equal,
        "__hash__": _hash,
        "__repr__": _show,
    }
    for name, method in methods.items():
        setattr(cls, name, method)
    return cls


def evolve(of: T, **changes: object) -> T:
    """A copy of a record with some fields changed."""
    return type(of)(**{**of.__dict__, **changes})


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    names = self.__fields__
    if len(args) > len(names):
        raise TypeError(f"{type(self).__name__} takes {len(names)} fields, not {len(args)}.")
    values = {**self.__defaults__, **dict(zip(names, args, strict=False)), **kwargs}
    if values.keys() != set(names):
        wrong = sorted(values.keys() ^ set(names))[0]
        problem = "lacks field" if wrong in names else "has no field"
        raise TypeError(f"{type(self).__name__} {problem} {wrong!r}.")
    self.__dict__.update(values)


def _refuse(self: object, name: str, value: object) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen: use evolve(record, {name}=...) for a changed copy.")


def _values(record: Any) -> tuple[Any, ...]:
    return tuple(record.__dict__[name] for name in record.__fields__)


def _equal(self: object, other: object) -> bool:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: object) -> int:
    return hash((type(self), _values(self)))


def _show(self: Any) -> str:
    return f"{type(self).__name__}({', '.join(f'{name}={self.__dict__[name]!r}' for name in self.__fields__)})"
