"""What only web pages ask for: plots and counts of runs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prefect.core.lifecycle.states import StateType
from prefect.core.times import SECOND, to_datetime, to_micros
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import filters_of
from prefect.server.http.routing import Route
from prefect.server.views.histories import outcomes_json, point_json
from prefect.server.views.runs import task_run_json
from prefect.storage.aggregates import task_runs
from prefect.storage.aggregates.overviews import counts
from prefect.storage.aggregates.overviews.histories import Intervals
from prefect.wire.objects.ui import CountByState, SimpleFlowRun, TaskRunCount
from prefect.wire.requests.flow_runs import FlowRunsPlotBody, TaskRunsByFlowRunBody
from prefect.wire.requests.task_runs import TaskRunsByStateBody, TaskRunsDashboardBody
from prefect.wire.task_runs import UITaskRun

BARS = 20
"""Into how many intervals a dashboard divides its time."""

MINUTE = 60 * SECOND


def plot(call: Call[FlowRunsPlotBody]) -> Answer:
    """Flow runs as points: when they began, how long they took, how late they were."""
    body, now = call.body, to_datetime(call.world.clock.now())
    rows = counts.points(call.world.reading, filters_of(body), body.sort, body.limit, body.offset)
    return answers.json([point_json(row, now) for row in rows])


def count_task_runs(call: Call[TaskRunsByFlowRunBody]) -> Answer:
    """How many task runs each flow run has."""
    return answers.json(counts.task_runs_by_flow_run(call.world.reading, call.body.flow_run_ids))


def count_by_state(call: Call[TaskRunsByStateBody]) -> Answer:
    """How many task runs are in each type of state."""
    found = counts.task_runs_by_state(call.world.reading, filters_of(call.body))
    return answers.json({kind.value: found.get(kind.value, 0) for kind in StateType})


def outcomes(call: Call[TaskRunsDashboardBody]) -> Answer:
    """How task runs of a span of time ended, by when they began."""
    times = call.body.task_runs.start_time
    if times is None or times.after_ is None:
        raise Refusal(422, "task_runs.start_time.after_ is required")
    intervals = _bars(times.after_, times.before_ or to_datetime(call.world.clock.now()))
    rows = counts.outcomes_over_time(call.world.reading, filters_of(call.body), intervals)
    return answers.json(outcomes_json(rows, BARS))


def _bars(start: datetime, end: datetime) -> Intervals:
    """A span of time in equal parts, rounded to whole minutes so that it moves by whole minutes only."""
    first = to_micros(start) // MINUTE * MINUTE
    last = -(-to_micros(end) // MINUTE) * MINUTE
    return Intervals(first, max((last - first) // BARS, 1), BARS)


def task_run(call: Call[None]) -> Answer:
    """A task run with the name of its flow run."""
    row = task_runs.by_id(call.world.reading, call.id())
    if row is None:
        raise not_found("Task")
    made = task_run_json(row, to_datetime(call.world.clock.now()))
    return answers.json({**made, "flow_run_name": row["flow_run_name"]})


ROUTES = (
    Route("POST", "/ui/flow_runs/history", plot, body=FlowRunsPlotBody, body_required=False,
          returns=list[SimpleFlowRun]),
    Route("POST", "/ui/flow_runs/count-task-runs", count_task_runs, body=TaskRunsByFlowRunBody,
          returns=dict[UUID, int]),
    Route("POST", "/ui/task_runs/count", count_by_state, body=TaskRunsByStateBody, body_required=False,
          returns=CountByState),
    Route("POST", "/ui/task_runs/dashboard/counts", outcomes, body=TaskRunsDashboardBody, returns=list[TaskRunCount]),
    Route("GET", "/ui/task_runs/{id}", task_run, returns=UITaskRun),
)  # fmt: skip
