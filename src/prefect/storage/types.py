"""Column types of the record: how ids, moments, JSON and flags lie in SQLite and in PostgreSQL.

Both hold the same plain values, so that the same SQL reads and writes them: ids are 16 bytes, moments are microseconds
since 1970 as a 64-bit integer, JSON documents are text and flags are 0 or 1. Tags alone are jsonb in PostgreSQL, where
an index finds what contains them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from prefect.core.times import to_datetime, to_micros

Expression = ColumnElement[Any]
"""A column, or what is computed from columns, of any type."""


Reader = Callable[[Any], Any]
"""From what the driver returns to what it means. Lists are read by these alone, without SQLAlchemy's layers in between."""


def _uuid(value: Any) -> UUID | None:
    return None if value is None else UUID(bytes=bytes(value))


def _datetime(value: int | None) -> datetime | None:
    return None if value is None else to_datetime(value)


_decoded = json.JSONDecoder().decode


def _document(value: Any) -> Any:
    if value == "{}":  # most often
        return {}
    if isinstance(value, str):
        return _decoded(value)
    return json.loads(value) if isinstance(value, bytes) else value


class Id(TypeDecorator[UUID]):
    """A UUID."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: UUID | str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return value.bytes if isinstance(value, UUID) else UUID(str(value)).bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:
        return _uuid


class Moment(TypeDecorator[datetime]):
    """A moment in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Dialect) -> int | None:
        return to_micros(value) if isinstance(value, datetime) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:
        return _datetime


class Json(TypeDecorator[Any]):
    """A JSON document."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:
        return _document


class Tags(TypeDecorator[Any]):
    """A list of texts that rows are found by."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else json.dumps(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:
        return _document


class Flag(TypeDecorator[bool]):
    """Yes or no; SQL says `active = 1`. SQLite calls the column BOOLEAN, which is but a name there."""

    impl = SmallInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(SmallInteger() if dialect.name == "postgresql" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)
