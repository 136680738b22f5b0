"""The content of a value as bytes: equal for equal values, in this process and any other.

Each kind of value writes a letter of its own, then its content with its length, so that no two values write
the same bytes unless they count as equal. Sets, and dicts by key, are put in order. Unknown objects write
their type and what `pickle` would save of them, piece by piece, so that sets and dicts inside are put in
order too; nothing is ever told by `id` or `hash`. What cannot be saved (locks, files, generators) has no
content: `NoContent`.
"""

from __future__ import annotations

import copyreg
import struct
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import partial
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any
from uuid import UUID

from prefect.utilities.contents.codes import code_content, function_content
from prefect.utilities.contents.frames import Parts, frame_parts


class NoContent(Exception):
    """A value has no content that could be told as bytes."""


Write = Callable[[bytes], object]
Writer = Callable[["_Walk", Any], None]


def canonical_bytes(value: object) -> bytes:
    """The content of a value. Raises NoContent, naming the part that has none."""
    walk = _Walk()
    try:
        walk.add(value)
    except RecursionError as error:
        raise NoContent("a value is nested too deeply") from error
    return b"".join(walk.parts)


class _Walk:
    """Bytes gathered so far, and the objects being entered, by which a cycle is noticed."""

    __slots__ = ("open", "parts")

    def __init__(self, entered: dict[int, int] | None = None) -> None:
        self.parts: list[bytes] = []
        self.open = {} if entered is None else entered

    def add(self, value: object) -> None:
        """Write one value."""
        plain = _PLAIN.get(type(value))
        if plain is not None:
            plain(self, value)
            return
        ident = id(value)
        if ident in self.open:
            self.tagged(b"^", b"%d" % (len(self.open) - self.open[ident]))
            return
        writer = _ENTERED.get(type(value)) or _writer_for(value)
        self.open[ident] = len(self.open)
        writer(self, value)
        del self.open[ident]

    def tagged(self, letter: bytes, content: bytes) -> None:
        """Write a letter, a length and that many bytes."""
        self.parts += (b"%s%d:" % (letter, len(content)), content)

    def apart(self, *values: object) -> bytes:
        """What values would write, without writing it."""
        inner = _Walk(self.open)
        for value in values:
            inner.add(value)
        return b"".join(inner.parts)

    def named(self, letter: bytes, kind: type | FunctionType, *values: object) -> None:
        """Write the name of a type or function, then values."""
        self.tagged(letter, _name_of(kind))
        self.sequence(values)

    def sequence(self, values: Iterable[object]) -> None:
        """Write values in order, with how many they are."""
        items = tuple(values)
        self.parts.append(b"l%d:" % len(items))
        for item in items:
            self.add(item)

    def mapping(self, values: Mapping[Any, object]) -> None:
        """Write pairs, ordered by key."""
        self.parts.append(b"d%d:" % len(values))
        if all(type(key) is str for key in values):
            for key in sorted(values):
                self.tagged(b"s", key.encode("utf-8", "surrogatepass"))
                self.add(values[key])
        else:
            self.parts.extend(sorted(self.apart(key, value) for key, value in values.items()))


def _name_of(kind: Any) -> bytes:
    return f"{kind.__module__}.{kind.__qualname__}".encode()


# --- plain values


def _none(walk: _Walk, value: object) -> None:
    walk.parts.append(b"n")


def _bool(walk: _Walk, value: bool) -> None:
    walk.parts.append(b"T" if value else b"F")


def _int(walk: _Walk, value: int) -> None:
    walk.tagged(b"i", b"%x" % value)


def _float(walk: _Walk, value: float) -> None:
    walk.parts.append(b"f" + (struct.pack(">d", value) if value == value else b"nan"))


def _complex(walk: _Walk, value: complex) -> None:
    walk.parts.append(b"c")
    _float(walk, value.real)
    _float(walk, value.imag)


def _str(walk: _Walk, value: str) -> None:
    walk.tagged(b"s", value.encode("utf-8", "surrogatepass"))


def _bytes(walk: _Walk, value: bytes) -> None:
    walk.tagged(b"b", value)


def _bytearray(walk: _Walk, value: bytearray) -> None:
    walk.tagged(b"B", bytes(value))


def _as_text(walk: _Walk, value: object) -> None:
    """For kinds whose text tells everything: ids, paths, dates."""
    walk.named(b"t", type(value), str(value))


def _moment(walk: _Walk, value: datetime | time) -> None:
    walk.named(b"t", type(value), value.isoformat(), value.fold, str(value.tzinfo))


def _range(walk: _Walk, value: range) -> None:
    walk.named(b"t", range, value.start, value.stop, value.step)


def _slice(walk: _Walk, value: slice) -> None:
    walk.named(b"t", slice, value.start, value.stop, value.step)


def _ellipsis(walk: _Walk, value: object) -> None:
    walk.parts.append(b".")


# --- collections


def _sequence(walk: _Walk, value: Iterable[object]) -> None:
    walk.sequence(value)


def _set(walk: _Walk, value: set[object] | frozenset[object]) -> None:
    walk.parts.append(b"S%d:" % len(value))
    walk.parts.extend(sorted(walk.apart(item) for item in value))


def _dict(walk: _Walk, value: dict[object, object]) -> None:
    walk.mapping(value)


# --- code


def _function(walk: _Walk, value: FunctionType) -> None:
    name, rest = function_content(value)
    walk.tagged(b"F", name)
    walk.sequence(rest)


def _code(walk: _Walk, value: CodeType) -> None:
    walk.sequence(code_content(value))


def _method(walk: _Walk, value: MethodType) -> None:
    walk.parts.append(b"m")
    walk.sequence((value.__func__, value.__self__))


def _builtin(walk: _Walk, value: BuiltinFunctionType) -> None:
    bound = None if isinstance(value.__self__, ModuleType) else value.__self__
    walk.tagged(b"F", f"{value.__module__}.{value.__qualname__}".encode())
    walk.add(bound)


def _partial(walk: _Walk, value: partial[object]) -> None:
    walk.named(b"o", partial, value.func, value.args, value.keywords)


def _type(walk: _Walk, value: type) -> None:
    walk.tagged(b"C", _name_of(value))


def _module(walk: _Walk, value: ModuleType) -> None:
    walk.tagged(b"M", value.__name__.encode())


# --- objects


def _enum(walk: _Walk, value: Enum) -> None:
    walk.named(b"e", type(value), value.value)


def _dataclass(walk: _Walk, value: Any) -> None:
    from dataclasses import fields

    held = {each.name: getattr(value, each.name) for each in fields(value) if hasattr(value, each.name)}
    walk.tagged(b"o", _name_of(type(value)))
    walk.mapping(held)


def _model(walk: _Walk, value: Any) -> None:
    extra, private = value.__pydantic_extra__ or {}, value.__pydantic_private__ or {}
    walk.tagged(b"o", _name_of(type(value)))
    walk.mapping({**value.__dict__, **extra, **private})


def _named_tuple(walk: _Walk, value: tuple[object, ...]) -> None:
    walk.named(b"o", type(value), *value)


def _saved(walk: _Walk, value: object) -> None:
    """Any other object: how pickle would make it anew."""
    kind = type(value)
    try:
        reducer = copyreg.dispatch_table.get(kind)
        saved: Any = reducer(value) if reducer is not None else value.__reduce_ex__(4)
    except Exception as error:
        raise NoContent(f"a value of type {_name_of(kind).decode()} has no content to hash: {error}") from error
    if isinstance(saved, str):
        walk.tagged(b"G", f"{kind.__module__}.{saved}".encode())
        return
    make, args, state, items, pairs = [*saved, None, None, None][:5]
    walk.tagged(b"o", _name_of(kind))
    if isinstance(make, (type, FunctionType, BuiltinFunctionType)):
        walk.tagged(b"G", _name_of(make))
    else:
        walk.add(make)
    walk.sequence((args, state))
    walk.sequence(items or ())
    walk.mapping(dict(pairs or ()))


# Values that hold no others, and values that do, so that a cycle may lead through them.
_PLAIN: dict[type, Writer] = {
    type(None): _none,
    bool: _bool,
    int: _int,
    float: _float,
    complex: _complex,
    str: _str,
    bytes: _bytes,
    bytearray: _bytearray,
    datetime: _moment,
    time: _moment,
    date: _as_text,
    timedelta: _as_text,
    UUID: _as_text,
    range: _range,
    type(...): _ellipsis,
    ModuleType: _module,
    type: _type,
}
_ENTERED: dict[type, Writer] = {
    list: _sequence,
    tuple: _sequence,
    set: _set,
    frozenset: _set,
    dict: _dict,
    slice: _slice,
    FunctionType: _function,
    CodeType: _code,
    MethodType: _method,
    BuiltinFunctionType: _builtin,
    partial: _partial,
}


def _writer_for(value: object) -> Writer:
    """How to write a value whose very type is not in the table."""
    kind = type(value)
    if isinstance(value, type):
        return _type
    if isinstance(value, Enum):
        return _enum
    if isinstance(value, PurePath):
        return _as_text
    parts = _frame_parts(value)
    if parts is not None:
        return lambda walk, _: walk.named(b"D", kind, *parts)
    if hasattr(kind, "__dataclass_fields__"):
        return _dataclass
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return _named_tuple
    return _model if _is_model(value) else _saved


def _frame_parts(value: object) -> Parts | None:
    try:
        return frame_parts(value)
    except Exception as error:
        raise NoContent(f"the data of a {_name_of(type(value)).decode()} cannot be read: {error}") from error


def _is_model(value: object) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(value, pydantic.BaseModel)
