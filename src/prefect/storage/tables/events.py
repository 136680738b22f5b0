"""Events, what they are about, and the automations that watch for them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from prefect.storage.tables.base import metadata
from prefect.storage.types import Flag, Id, Json, Moment, Tags

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("resource", Json, nullable=False),
    Column("related", Json, nullable=False),
    Column("payload", Json, nullable=False),
    Column("occurred", Moment, nullable=False),
    Column("received", Moment, nullable=False),
    Column("follows", Id),
    Index("event_by_occurred", "occurred"),
    Index("event_by_received", "received"),
    Index("event_by_resource", "resource_id", "occurred", postgresql_ops={"resource_id": "text_pattern_ops"}),
    Index("event_by_name", "name", "occurred", postgresql_ops={"name": "text_pattern_ops"}),
    postgresql_partition_by="RANGE (id)",
    sqlite_with_rowid=False,
)

event_resource = Table(
    "event_resource",
    metadata,
    Column("event_id", Id, nullable=False),
    Column("position", Integer, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("labels", Json, nullable=False),
    Column("occurred", Moment, nullable=False),
    PrimaryKeyConstraint("event_id", "position"),
    Index("event_resource_by_resource", "resource_id", "occurred", postgresql_ops={"resource_id": "text_pattern_ops"}),
    postgresql_partition_by="RANGE (event_id)",
    sqlite_with_rowid=False,
)

automation = Table(
    "automation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("enabled", Flag, nullable=False),
    Column("tags", Tags, nullable=False),
    Column("trigger", Json, nullable=False),
    Column("actions", Json, nullable=False),
    Column("actions_on_trigger", Json, nullable=False),
    Column("actions_on_resolve", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

automation_resource = Table(
    "automation_resource",
    metadata,
    Column("automation_id", Id, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("owns", Flag, nullable=False),
    PrimaryKeyConstraint("automation_id", "resource_id"),
    Index("automation_resource_by_resource", "resource_id"),
)
