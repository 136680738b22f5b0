"""Why a flow run is where it is."""

from __future__ import annotations

from prefect.orchestrator.explain import explain_flow_run
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.routing import Route
from prefect.server.observing.explanations import explanation_json
from prefect.wire.objects.explanations import FlowRunExplanation


def explain(call: Call[None]) -> Answer:
    """What a flow run waits for, who holds that, and what happens next."""
    found = explain_flow_run(call.world.store, call.id(), call.world.clock.now())
    if found is None:
        raise not_found("Flow run")
    return answers.json(explanation_json(found))


ROUTES = (Route("GET", "/flow_runs/{id}/explain", explain, returns=FlowRunExplanation, tags=("flow runs",)),)
