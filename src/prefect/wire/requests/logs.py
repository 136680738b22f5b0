"""What the routes of log lines read."""

from __future__ import annotations

from prefect.wire.base import Body, NonNegativeInteger, PageLimit
from prefect.wire.filters.logs import LogFilter
from prefect.wire.filters.sorting import LogSort


class LogsFilterBody(Body):
    """Which log lines, in which order, from which on."""

    logs: LogFilter | None = None
    sort: LogSort = LogSort.TIMESTAMP_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0
