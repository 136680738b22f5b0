"""Values that JSON has no form for, as JSON: `{"__class__": "datetime.date", "data": "2020-01-02"}`.

Exceptions become `{"__exc_type__": "builtins.ValueError", "message": "..."}`. The names, and the form of the
data of plain kinds, are the incumbent's, so that records of either are read by the other.

Two decoders exist. The open one imports what a name refers to and makes it, as it must for the user's own
classes; it is for text that is known to be ours. The closed one makes nothing but the plain kinds listed here
and Python's own exceptions, so that it can be let loose on anybody's text.
"""

from __future__ import annotations

import builtins
import sys
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID

from prefect.exceptions import SerializationError, UntrustedResult
from prefect.utilities.importtools import from_qualified_name, to_qualified_name
from prefect.utilities.visiting import is_model

ENCODER = "prefect.serializers.prefect_json_object_encoder"
DECODER = "prefect.serializers.prefect_json_object_decoder"
_CLASS, _DATA, _EXCEPTION, _MESSAGE = "__class__", "data", "__exc_type__", "message"
_CLASS_KEYS, _EXCEPTION_KEYS = {_CLASS, _DATA}, {_EXCEPTION, _MESSAGE}


# --- encoding


def prefect_json_object_encoder(obj: object) -> dict[str, object]:
    """The JSON form of a value `json` does not know. Raises SerializationError if it has none."""
    if isinstance(obj, BaseException):
        return {_EXCEPTION: to_qualified_name(type(obj)), _MESSAGE: _message_of(obj)}
    if isinstance(obj, Enum):
        return {_CLASS: to_qualified_name(type(obj)), _DATA: obj.value}
    for kind, (name, encode) in _encoders().items():
        if isinstance(obj, kind):
            return {_CLASS: name, _DATA: encode(obj)}
    return {_CLASS: to_qualified_name(type(obj)), _DATA: _data_of(obj)}


def _message_of(error: BaseException) -> object:
    """What the exception is made anew from: its only argument if that is a text, else its text."""
    only = error.args[0] if len(error.args) == 1 else None
    return only if isinstance(only, str) else str(error)


def _data_of(obj: Any) -> object:
    numpy = sys.modules.get("numpy")
    if is_model(obj):
        return obj.model_dump(mode="json", by_alias=True, round_trip=True)
    if hasattr(type(obj), "__dataclass_fields__") and not isinstance(obj, type):
        from dataclasses import fields

        return {each.name: getattr(obj, each.name) for each in fields(obj)}
    if numpy is not None and isinstance(obj, numpy.generic):
        return obj.item()
    raise SerializationError(
        f"A value of type {to_qualified_name(type(obj))} has no JSON form. Use another serializer "
        '(result_serializer="pickle") or return plain values.'
    )


def _text_of_bytes(value: bytes | bytearray) -> object:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": b2a_base64(value, newline=False).decode()}


def _duration(value: timedelta) -> str:
    """ISO 8601, exact to the microsecond."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    seconds = f"{value.seconds}.{value.microseconds:06}" if value.microseconds else str(value.seconds)
    days = f"{value.days}D" if value.days else ""
    clock = f"T{seconds}S" if value.seconds or value.microseconds or not days else ""
    return f"{sign}P{days}{clock}"


def _moment(value: datetime | time) -> str:
    return value.isoformat().replace("+00:00", "Z")


@cache
def _encoders() -> dict[type, tuple[str, Callable[[Any], object]]]:
    from decimal import Decimal
    from fractions import Fraction

    local_path = type(Path())
    return {
        datetime: ("datetime.datetime", _moment),
        date: ("datetime.date", date.isoformat),
        time: ("datetime.time", _moment),
        timedelta: ("datetime.timedelta", _duration),
        UUID: ("uuid.UUID", str),
        Decimal: ("decimal.Decimal", str),
        Fraction: ("fractions.Fraction", str),
        complex: ("builtins.complex", lambda value: str(value).strip("()")),
        bytes: ("builtins.bytes", _text_of_bytes),
        bytearray: ("builtins.bytearray", _text_of_bytes),
        set: ("builtins.set", list),
        frozenset: ("builtins.frozenset", list),
        local_path: (f"pathlib.{local_path.__name__}", str),
        PurePosixPath: ("pathlib.PurePosixPath", str),
        PureWindowsPath: ("pathlib.PureWindowsPath", str),
    }


# --- decoding


def prefect_json_object_decoder(result: dict[str, object]) -> Any:
    """The value a JSON object stands for, importing what it names; the object itself if it stands for none.

    Only for text known to be ours: making a class anew runs its code. Raises ValueError for a name that is no
    exception where there must be one.
    """
    name = _named(result)
    if name is None:
        return result
    plain = _decoders().get(name)
    if plain is not None:
        return plain(result[_DATA])
    try:
        kind = from_qualified_name(name)
    except (ImportError, AttributeError):
        return result
    return _exception(kind, result[_MESSAGE]) if _EXCEPTION in result else _made(kind, result[_DATA])


def closed_decoder(result: dict[str, object]) -> Any:
    """As the open decoder, but making only plain kinds and Python's own exceptions.

    Raises UntrustedResult for any other name.
    """
    name = _named(result)
    if name is None:
        return result
    plain = _decoders().get(name)
    if plain is not None:
        return plain(result[_DATA])
    kind = getattr(builtins, name.removeprefix("builtins."), None)
    if _EXCEPTION in result and isinstance(kind, type) and issubclass(kind, BaseException):
        return _exception(kind, result[_MESSAGE])
    raise UntrustedResult(f"It asks for an instance of {name!r}, and making one could run code.")


def _named(result: Mapping[str, object]) -> str | None:
    """The name of the class or exception an object stands for."""
    if result.keys() == _CLASS_KEYS:
        name = result[_CLASS]
    elif result.keys() == _EXCEPTION_KEYS:
        name = result[_EXCEPTION]
    else:
        return None
    return name if isinstance(name, str) else None


def _exception(kind: object, message: object) -> BaseException:
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise ValueError(f"Invalid exception type: {kind!r}")
    try:
        return kind(message)
    except TypeError:  # it is made from something else than a message
        made: BaseException = kind.__new__(kind)
        made.args = (message,)
        return made


def _made(kind: Any, data: Any) -> object:
    """An instance of a user's class."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if hasattr(kind, "model_validate"):
        return kind.model_validate(data)
    if hasattr(kind, "__dataclass_fields__") and isinstance(data, dict):
        return _dataclass(kind, data)
    from pydantic import TypeAdapter

    return TypeAdapter(kind).validate_python(data)


def _dataclass(kind: Any, data: dict[str, object]) -> object:
    from dataclasses import fields

    late = {each.name for each in fields(kind) if not each.init}
    made: object = kind(**{name: value for name, value in data.items() if name not in late})
    for name in late & data.keys():
        object.__setattr__(made, name, data[name])
    return made


def _bytes_of_text(data: Any) -> bytes:
    return a2b_base64(data["base64"]) if isinstance(data, dict) else data.encode()


def _hashable(data: object) -> object:
    """JSON made lists of the tuples that were in a set."""
    return tuple(map(_hashable, data)) if isinstance(data, list) else data


def _timedelta(text: Any) -> timedelta:
    """From ISO 8601, years as 365 and months as 30 days."""
    import re

    units = {"Y": 365.0, "M": 30.0, "W": 7.0, "D": 1.0}
    clock = {"H": 3600.0, "M": 60.0, "S": 1.0}
    match = re.fullmatch(r"([+-]?)P([^T]*)(?:T(.*))?", text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration.")
    sign, days, seconds = match.groups(default="")
    parts = r"([\d.]+)([A-Z])"
    length = sum((timedelta(days=float(n) * units[u]) for n, u in re.findall(parts, days)), timedelta())
    length += sum((timedelta(seconds=float(n) * clock[u]) for n, u in re.findall(parts, seconds)), timedelta())
    return -length if sign == "-" else length


@cache
def _decoders() -> dict[str, Callable[[Any], object]]:
    from decimal import Decimal
    from fractions import Fraction

    return {
        "datetime.datetime": datetime.fromisoformat,
        "datetime.date": date.fromisoformat,
        "datetime.time": time.fromisoformat,
        "datetime.timedelta": _timedelta,
        "uuid.UUID": UUID,
        "decimal.Decimal": Decimal,
        "fractions.Fraction": Fraction,
        "builtins.complex": complex,
        "builtins.bytes": _bytes_of_text,
        "builtins.bytearray": lambda data: bytearray(_bytes_of_text(data)),
        "builtins.set": lambda data: {_hashable(item) for item in data},
        "builtins.frozenset": lambda data: frozenset(map(_hashable, data)),
        "pathlib.PosixPath": Path,
        "pathlib.WindowsPath": Path,
        "pathlib.Path": Path,
        "pathlib.PurePosixPath": PurePosixPath,
        "pathlib.PureWindowsPath": PureWindowsPath,
        "pathlib.PurePath": PurePath,
    }


def revive(tree: object, decode: Callable[[dict[str, object]], object]) -> Any:
    """Decode every object inside parsed JSON, innermost first, for libraries without an object hook."""
    if isinstance(tree, list):
        return [revive(item, decode) for item in tree]
    if isinstance(tree, dict):
        return decode({key: revive(value, decode) for key, value in tree.items()})
    return tree
