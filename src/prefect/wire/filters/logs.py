"""Which log lines."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Filter, Integer, Moment, Text
from prefect.wire.filters.common import Combined


class LogFilterFlowRunId(Filter):
    """Which log lines, by the flow run they belong to."""

    any_: list[UUID] | None = None


class LogFilterLevel(Filter):
    """Which log lines, by level."""

    ge_: Integer | None = None
    le_: Integer | None = None


class LogFilterTaskRunId(Filter):
    """Which log lines, by the task run they belong to."""

    any_: list[UUID] | None = None
    is_null_: bool | None = None


class LogFilterTextSearch(Filter):
    """Which log lines, by words."""

    query: Annotated[Text, Field(max_length=200)]


class LogFilterTimestamp(Filter):
    """Which log lines, by when they were written."""

    before_: Moment | None = None
    after_: Moment | None = None


class LogFilterName(Filter):
    """Which log lines, by the name of their logger."""

    any_: list[Text] | None = None


class LogFilter(Combined):
    """Which log lines."""

    level: LogFilterLevel | None = None
    timestamp: LogFilterTimestamp | None = None
    flow_run_id: LogFilterFlowRunId | None = None
    task_run_id: LogFilterTaskRunId | None = None
    text: LogFilterTextSearch | None = None
