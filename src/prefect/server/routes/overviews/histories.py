"""Runs over time: histories by state, and how late runs begin."""

from __future__ import annotations

from datetime import datetime, timedelta

from prefect.core.times import SECOND, to_micros
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.paging import filters_of
from prefect.server.http.routing import Route
from prefect.server.views.histories import LAST, history_json
from prefect.storage.aggregates.overviews import histories
from prefect.storage.aggregates.overviews.histories import Intervals
from prefect.wire.requests.flow_runs import FlowRunsHistoryBody, FlowRunsLatenessBody
from prefect.wire.requests.task_runs import TaskRunsHistoryBody
from prefect.wire.states import HistoryResponse

MOST_INTERVALS = 500
"""What would be longer than so many intervals is answered up to there."""


def of_flow_runs(call: Call[FlowRunsHistoryBody]) -> Answer:
    """Flow runs by when they were due, and by state."""
    intervals, world = _intervals(call.body), call.world
    rows = histories.of_flow_runs(world.reading, filters_of(call.body), intervals, world.clock.now())
    return answers.json(history_json(rows, intervals))


def of_task_runs(call: Call[TaskRunsHistoryBody]) -> Answer:
    """Task runs by when they were due, and by state."""
    intervals, world = _intervals(call.body), call.world
    rows = histories.of_task_runs(world.reading, filters_of(call.body), intervals, world.clock.now())
    return answers.json(history_json(rows, intervals))


def _intervals(body: FlowRunsHistoryBody | TaskRunsHistoryBody) -> Intervals:
    """The intervals from start to end; the last one may reach beyond it. Raises Refusal for ones that are too short."""
    if body.history_interval_seconds < timedelta(seconds=1):
        raise Refusal(422, "History interval must not be less than 1 second.")
    return evenly(body.history_start, body.history_end, body.history_interval_seconds)


def evenly(start: datetime, end: datetime, length: timedelta) -> Intervals:
    """Intervals of one length between two moments."""
    first, micros = to_micros(start), min(length // timedelta(microseconds=1), LAST)
    return Intervals(first, micros, min(max(-((first - to_micros(end)) // micros), 0), MOST_INTERVALS))


def lateness(call: Call[FlowRunsLatenessBody]) -> Answer:
    """How many seconds after their time flow runs begin, on average; null if there are none."""
    world = call.world
    average = histories.average_lateness(world.reading, filters_of(call.body), world.clock.now())
    return answers.json(None if average is None else average / SECOND)


ROUTES = (
    Route("POST", "/flow_runs/history", of_flow_runs, body=FlowRunsHistoryBody, returns=list[HistoryResponse]),
    Route("POST", "/flow_runs/lateness", lateness, body=FlowRunsLatenessBody, body_required=False,
          returns=float | None),
    Route("POST", "/task_runs/history", of_task_runs, body=TaskRunsHistoryBody, returns=list[HistoryResponse]),
)  # fmt: skip
