"""Pictures of a flow run: what ran in it, and what waited for what."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect.core.times import to_datetime
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.routing import Query, Route
from prefect.server.views.graphs import dependencies_json, graph_json
from prefect.storage.aggregates import flow_runs
from prefect.storage.aggregates.overviews import graphs
from prefect.wire.graphs import DependencyResult, Graph

FIRST = datetime(1, 1, 1, tzinfo=UTC)


def dependencies(call: Call[None]) -> Answer:
    """The task runs of a flow run, each with those that it waited for."""
    reading, run_id = call.world.reading, call.id()
    if graphs.flow_run_times(reading, run_id) is None:
        return answers.json({"exception_message": f"Flow run with id {run_id} not found"}, 404)
    tasks = graphs.task_runs(reading, run_id, whole_states=True)
    return answers.json(dependencies_json(tasks, to_datetime(call.world.clock.now())))


def graph(call: Call[None]) -> Answer:
    """The graph of a flow run, or of what had not ended by `since`."""
    reading, run_id = call.world.reading, call.id()
    since = call.query("since")
    flow_run = graphs.flow_run_times(reading, run_id)
    if flow_run is None:
        return answers.json({"exception_message": f"Flow run {run_id} not found"}, 404)
    parts = (
        graphs.task_runs(reading, run_id),
        graphs.subflow_runs(reading, run_id),
        graphs.artifacts(reading, run_id),
        flow_runs.states(reading, run_id),
    )
    return answers.json(graph_json(flow_run, *parts, since))


ROUTES = (
    Route("GET", "/flow_runs/{id}/graph", dependencies, returns=list[DependencyResult]),
    Route("GET", "/flow_runs/{id}/graph-v2", graph, returns=Graph, query=(Query("since", datetime, default=FIRST),)),
)
