"""Variables."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Table,
    Text,
)

from prefect.storage.tables.base import metadata
from prefect.storage.types import Id, Json, Moment, Tags

variable = Table(
    "variable",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("value", Json),
    Column("tags", Tags, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)
