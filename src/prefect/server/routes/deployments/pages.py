"""What the web UI asks of deployments: counts and next runs by flow, and whether values fit a schema."""

from __future__ import annotations

from prefect.server import parameters
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Route
from prefect.server.hydration import hydrated
from prefect.server.routes.deployments.hydrating import find_variable
from prefect.storage.aggregates.work import deployments
from prefect.wire.requests.flows import DeploymentsByFlowBody, NextRunsByFlowBody
from prefect.wire.requests.ui import SchemaValidateBody

MOST_FLOWS = 1000
TOO_MANY = Refusal(422, f"Ask for {MOST_FLOWS} flows at most.")


def count_by_flow(call: Call[DeploymentsByFlowBody]) -> Answer:
    """How many deployments flows have."""
    if len(call.body.flow_ids) > MOST_FLOWS:
        raise TOO_MANY
    counts = deployments.counts_by_flow(call.world.reading, call.body.flow_ids)
    return answers.json({str(flow_id): count for flow_id, count in counts.items()})


def next_by_flow(call: Call[NextRunsByFlowBody]) -> Answer:
    """The next runs of flows."""
    if len(call.body.flow_ids) > MOST_FLOWS:
        raise TOO_MANY
    runs = deployments.next_runs_by_flow(call.world.reading, call.body.flow_ids)
    return answers.json({str(flow_id): run for flow_id, run in runs.items()})


def validate(call: Call[SchemaValidateBody]) -> Answer:
    """Whether values fit a schema, and what is wrong with them."""
    values = hydrated(call.body.values, lambda name: find_variable(call, name), render=False)
    try:
        errors = parameters.problems(values, call.body.schema_)
    except parameters.InvalidSchema as problem:
        raise Refusal(422, f"Invalid schema: {problem}") from None
    return answers.json({"errors": errors, "valid": not errors})


ROUTES = (
    Route("POST", "/ui/flows/count-deployments", count_by_flow, body=DeploymentsByFlowBody, returns=dict[str, int]),
    Route("POST", "/ui/flows/next-runs", next_by_flow, body=NextRunsByFlowBody),
    Route("POST", "/ui/schemas/validate", validate, body=SchemaValidateBody),
)
