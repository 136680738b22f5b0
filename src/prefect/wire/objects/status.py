"""How a server is: not part of Prefect's API."""

from __future__ import annotations

from datetime import datetime

from prefect.wire.base import Shape

API_VERSION = "0.8.4"
"""Version of the REST API that Prefect 3.8.8 speaks."""

PREFECT_VERSION = "3.8.8"
"""The release whose API this is; clients compare their own version with it."""


class TableStatus(Shape):
    """How large a table is; `rows` is an estimate on PostgreSQL."""

    name: str
    rows: int
    bytes: int | None


class RecordStatus(Shape):
    """The database."""

    place: str
    kind: str
    schema_version: int
    backlog: int
    """Entries that are not written yet."""

    bytes: int | None
    tables: list[TableStatus]
    oldest: dict[str, datetime]
    """The moment of the oldest row of each table that is cut by age."""


class ServiceStatus(Shape):
    """A background duty, and its last pass."""

    name: str
    description: str
    performed_here: bool
    interval: float | None
    last_pass: datetime | None
    by: str | None
    seconds: float | None
    error: str | None


class ServerStatus(Shape):
    """How a server is."""

    version: str
    prefect_version: str
    process: str
    pid: int
    started: datetime
    ready: bool
    problem: str | None
    record: RecordStatus
    services: list[ServiceStatus]
