"""Who may do what, who did what, and what the server keeps for itself."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Table,
    Text,
)

from prefect.storage.tables.base import metadata
from prefect.storage.types import Flag, Id, Json, Moment

user = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text),
    Column("role", Text, nullable=False),
    Column("active", Flag, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("expires", Moment),
    Column("revoked", Moment),
    Column("last_used", Moment),
    Column("created", Moment, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", Id, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("created", Moment, nullable=False),
)

csrf_token = Table(
    "csrf_token",
    metadata,
    Column("client", Text, primary_key=True),
    Column("id", Id, nullable=False),
    Column("token", Text, nullable=False),
    Column("expiration", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("moment", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text),
    Column("address", Text),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("details", Json),
    Index("audit_by_moment", "moment"),
    Index("audit_by_actor", "actor", "moment"),
)

configuration = Table(
    "configuration",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

service = Table(
    "service",
    metadata,
    Column("name", Text, primary_key=True),
    Column("due", Moment, nullable=False),
    Column("holder", Text),
    Column("done", BigInteger, nullable=False),
    Column("error", Text),
    Column("updated", Moment, nullable=False),
)
"""One row a background duty: when it is next due, and which replica ran it last."""
