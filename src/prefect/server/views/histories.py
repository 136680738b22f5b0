"""Runs over time as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from prefect.core.times import SECOND, to_datetime
from prefect.server.http.answers import Json
from prefect.server.views.states import estimated_seconds, lateness
from prefect.storage.aggregates.overviews.histories import Intervals

LAST = 253_402_300_799_999_999
"""The last moment that has a date."""


def history_json(rows: Iterable[Mapping[str, Any]], intervals: Intervals) -> list[Json]:
    """Every interval, with the runs of each state in it."""
    states: dict[int, list[Json]] = {}
    for row in rows:
        states.setdefault(int(row["interval"]), []).append(_state(row))
    return [
        {
            "interval_start": _moment(intervals.start + number * intervals.length),
            "interval_end": _moment(intervals.start + (number + 1) * intervals.length),
            "states": states.get(number, []),
        }
        for number in range(intervals.count)
    ]


def _state(row: Mapping[str, Any]) -> Json:
    return {
        "state_type": row["state_type"],
        "state_name": row["state_name"],
        "count_runs": row["count"],
        "sum_estimated_run_time": max(row["run_time"], 0) / SECOND,
        "sum_estimated_lateness": row["lateness"] / SECOND,
    }


def _moment(micros: int) -> datetime:
    return to_datetime(min(micros, LAST))


def point_json(row: Mapping[str, Any], now: datetime) -> Json:
    """A flow run as a point of a plot."""
    return {
        "id": row["id"],
        "state_type": row["state_type"],
        "timestamp": row["start_time"] or row["expected_start_time"],
        "duration": estimated_seconds(row, now),
        "lateness": lateness(row, now),
    }


def outcomes_json(rows: Iterable[Mapping[str, Any]], count: int) -> list[Json]:
    """For each of so many intervals how many task runs ended well, and how many did not."""
    found = {int(row["interval"]): (row["well"], row["badly"]) for row in rows}
    outcomes = (found.get(number, (0, 0)) for number in range(count))
    return [{"completed": well, "failed": badly} for well, badly in outcomes]
