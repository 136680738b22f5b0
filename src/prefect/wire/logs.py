"""Log lines."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Integer, Moment, Prose, Record, Request, Text


class Log(Record):
    """A line that a run logged."""

    name: Text
    level: Integer
    message: Prose
    timestamp: Moment
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None


class LogCreate(Request):
    """A line to be recorded."""

    name: Text
    level: Integer
    message: Prose
    timestamp: Moment
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None
