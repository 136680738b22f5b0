"""Answers: what a handler returns, as data that the dispatcher sends."""

from __future__ import annotations

import json as stdlib_json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson

from prefect.storage.transaction import Transaction

T = TypeVar("T")

Json = dict[str, Any]
"""A JSON object."""

JSON = "application/json"
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer."""

    status: int = 200
    body: bytes = b""
    media_type: str | None = JSON
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer whose body comes in pieces for as long as `pieces` yields."""

    pieces: Callable[[], AsyncIterator[bytes]]
    media_type: str
    status: int = 200
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Deciding(Generic[T]):
    """An answer that rests on a decision: made in the next transaction, answered once that is committed."""

    decision: Callable[[Transaction], T]
    answer: Callable[[T], Answer]


Reply = Answer | Streamed | Deciding[Any]


def encode(value: object) -> bytes:
    """A value as JSON: ids as text, datetimes in UTC with `Z`."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:  # an integer beyond 64 bits, which JSON allows and orjson does not
        return stdlib_json.dumps(value, default=_any_plain, separators=(",", ":")).encode()


def _any_plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, encode(value), JSON, headers)


NO_CONTENT = Answer(204, b"", None)
