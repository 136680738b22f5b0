"""Concurrency limits, who holds their slots, and who waits."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from prefect.storage.tables.base import metadata
from prefect.storage.types import Flag, Id, Moment

concurrency_limit = Table(
    "concurrency_limit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("active", Flag, nullable=False),
    Column("slot_decay_per_second", Float, nullable=False),
    Column("rate_level", Float, nullable=False),
    Column("rate_moment", Moment, nullable=False),
    Column("denied_slots", Integer),
    Column("avg_slot_occupancy", Float),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("kind", "name"),
)

concurrency_slot = Table(
    "concurrency_slot",
    metadata,
    Column("limit_id", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("run_id", Id),
    Column("attempt", Integer),
    Column("holder_type", Text),
    Column("process", Text),
    Column("occupy", Integer, nullable=False),
    Column("acquired", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    PrimaryKeyConstraint("limit_id", "holder"),
    Index("concurrency_slot_by_holder", "holder"),
    Index("concurrency_slot_by_run", "run_id"),
    sqlite_with_rowid=False,
)

slot_waiter = Table(
    "slot_waiter",
    metadata,
    Column("limit_id", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("run_id", Id),
    Column("process", Text),
    Column("occupy", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    PrimaryKeyConstraint("limit_id", "holder"),
    sqlite_with_rowid=False,
)

slot_history = Table(
    "slot_history",
    metadata,
    Column("limit_id", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("run_id", Id),
    Column("occupy", Integer, nullable=False),
    Column("waited_since", Moment),
    Column("acquired", Moment, nullable=False),
    Column("released", Moment),
    PrimaryKeyConstraint("limit_id", "holder"),
    Index("slot_history_by_run", "run_id"),
    sqlite_with_rowid=False,
)
