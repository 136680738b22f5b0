"""Column types of the record: how ids, moments and JSON lie in SQLite and in PostgreSQL.

Ids are UUIDs: 16 bytes in SQLite, the native type in PostgreSQL. Moments are microseconds since 1970 as a 64-bit
integer in both, so that they sort, compare and subtract alike. JSON is text in SQLite and jsonb in PostgreSQL.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, LargeBinary, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine

from prefect.core.times import to_datetime, to_micros


class Id(TypeDecorator[UUID]):
    """A UUID."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.UUID(as_uuid=True) if dialect.name == "postgresql" else sqlite.BLOB())

    def process_bind_param(self, value: UUID | str | None, dialect: Dialect) -> UUID | bytes | None:
        if value is None:
            return None
        known = value if isinstance(value, UUID) else UUID(str(value))
        return known if dialect.name == "postgresql" else known.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=bytes(value))


class Moment(TypeDecorator[datetime]):
    """A moment in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Dialect) -> int | None:
        return to_micros(value) if isinstance(value, datetime) else value

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else to_datetime(value)


class Json(TypeDecorator[Any]):
    """A JSON document."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, (str, bytes)) else value
