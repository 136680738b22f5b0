"""The log of a flow run as a file of comma-separated values, read and sent piece by piece."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect.server.http.answers import Streamed
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.routing import Route
from prefect.storage.aggregates import logs
from prefect.storage.aggregates.logs import LogFilter
from prefect.storage.aggregates.overviews import graphs
from prefect.storage.aggregates.reading import Reading, Record

COLUMNS = ("timestamp", "level", "flow_run_id", "task_run_id", "message")
PIECE = 1000
"""Lines that are read at once."""


def download(call: Call[None]) -> Streamed:
    """Every line of a flow run and of its task runs, in order."""
    reading, run_id = call.world.reading, call.id()
    flow_run = graphs.flow_run_times(reading, run_id)
    if flow_run is None:
        raise not_found("Flow run")
    name = quote(f"{flow_run['name']}-logs.csv", safe="")
    disposition = f"attachment; filename=\"flow-run-logs.csv\"; filename*=UTF-8''{name}"
    return Streamed(
        lambda: _pieces(reading, run_id), "text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


async def _pieces(reading: Reading, run_id: UUID) -> AsyncIterator[bytes]:
    yield _csv([COLUMNS])
    wanted, last = LogFilter(flow_run_id=run_id), None
    while True:
        rows: list[Record] = await asyncio.to_thread(logs.since, reading, wanted, last, PIECE)
        if rows:
            yield _csv([row[name] for name in COLUMNS] for row in rows)
        if len(rows) < PIECE:
            return
        last = rows[-1]


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


ROUTES = (Route("GET", "/flow_runs/{id}/logs/download", download),)
