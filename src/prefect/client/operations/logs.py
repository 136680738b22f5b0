"""Log lines."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.client.calls import Call, JsonObject, conditions, given, known, many, nothing, searching
from prefect.client.schemas.actions import LogCreate
from prefect.client.schemas.filters import LogFilter
from prefect.client.schemas.objects import Log
from prefect.client.schemas.sorting import LogSort


def create_logs(logs: Iterable[LogCreate | JsonObject]) -> Call[None]:
    """Record log lines: shapes, or what JSON says of them."""
    body = [given(log) if isinstance(log, LogCreate) else log for log in logs]
    return Call("POST", "/logs/", nothing, body=body)


def read_logs(
    log_filter: LogFilter | None = None,
    limit: int | None = None,
    offset: int | None = None,
    sort: LogSort | None = None,
) -> Call[list[Log]]:
    """The log lines that meet the filter, oldest first unless sorted otherwise."""
    body = {
        **conditions(logs=log_filter),
        **known(limit=limit, offset=offset),
        "sort": sort or LogSort.TIMESTAMP_ASC,
    }
    return searching("/logs/filter", many(Log), body)
