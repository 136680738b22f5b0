"""Runs of deployments: made by hand, one or many, and handed to those who serve deployments themselves."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.ports import FlowRunRequest
from prefect.core.times import to_datetime
from prefect.orchestrator.requests import flow_runs as deciding
from prefect.orchestrator.work import placing, scheduling
from prefect.orchestrator.work.readiness import deployments_polled
from prefect.server import parameters
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.deployments.hydrating import hydrated_or_refused
from prefect.server.routes.deployments.shared import known
from prefect.server.routes.runs.proposed import core_state
from prefect.server.routes.work.handing import runs_by_id
from prefect.server.views.deployments import moment_of
from prefect.server.views.runs import flow_run_json, row_of_flow_run
from prefect.storage.documents import Record
from prefect.storage.keyed.work import deployments as stored
from prefect.storage.keyed.work import pools
from prefect.storage.transaction import Transaction
from prefect.utilities.records import evolve
from prefect.wire.flow_runs import DeploymentFlowRunCreate, FlowRunBulkCreateResponse, FlowRunResponse
from prefect.wire.requests.deployments import ScheduledFlowRunsBody

MOST_AT_ONCE = 100
TOO_MANY = Refusal(400, f"Cannot create more than {MOST_AT_ONCE} flow runs at once.")
Made = tuple[FlowRun, bool]


def create(call: Call[DeploymentFlowRunCreate]) -> Deciding[Made]:
    """Make a run of a deployment, or answer the one with that idempotency key."""
    deployment, given = known(call), call.body
    _check_place(deployment, given)
    values = _parameters(call, deployment, given, ("Error hydrating flow run parameters: ", "Error creating flow run"))
    _check_job_variables(call, deployment, given)
    request = _request(call, deployment, given, values)
    return Deciding(partial(_decide, call, deployment, given, request), partial(_created, call))


def _check_place(deployment: Record, given: DeploymentFlowRunCreate) -> None:
    if given.work_queue_name is not None and deployment["work_queue_id"] is None:
        raise Refusal(
            400,
            f"Cannot create flow run in work queue {given.work_queue_name} because deployment {deployment['id']} is not"
            " associated with a work pool. Please remove work_pool_name and try again.",
        )


def _parameters(
    call: AnyCall, deployment: Record, given: DeploymentFlowRunCreate, failed: tuple[str, str]
) -> dict[str, Any]:
    """The run's parameters: the deployment's own, and over them those given. Raises Refusal if they do not fit.

    Args:
        failed: how the refusals begin, for one that cannot be made, and for one that does not fit.
    """
    parameters.check_size(given.parameters, call.world.options.largest_parameters)
    values = hydrated_or_refused(call, {**deployment["parameters"], **given.parameters}, failed[0])
    enforce, schema = given.enforce_parameter_schema, deployment["parameter_openapi_schema"]
    if schema and (deployment["enforce_parameter_schema"] if enforce is None else enforce):
        try:
            parameters.check(values, schema)
        except parameters.NotFitting as problem:
            raise Refusal(409, f"{failed[1]}: {problem}") from None
    return values


def _check_job_variables(call: AnyCall, deployment: Record, given: DeploymentFlowRunCreate) -> None:
    if deployment["work_pool_name"] is None:
        return
    values = {**deployment["job_variables"], **(given.job_variables or {})}
    pool = call.world.store.read(lambda tx: pools.by_name(tx, deployment["work_pool_name"]))
    try:
        parameters.check_job_variables(values, pool, whole=True)
    except parameters.NotFitting as problem:
        raise Refusal(422, f"Error creating flow run: {problem}") from None


def _request(
    call: AnyCall, deployment: Record, given: DeploymentFlowRunCreate, values: dict[str, Any]
) -> FlowRunRequest:
    clock = call.world.clock
    now, policy = clock.now(), given.empirical_policy
    due: State[object] = State(
        StateType.SCHEDULED, state_details=StateDetails(scheduled_time=to_datetime(now), deferred=False)
    )
    return FlowRunRequest(
        id=clock.new_id(),
        flow_name="",
        flow_id=deployment["flow_id"],
        name=given.name,
        state=due if given.state is None else core_state(given.state, now),
        parameters=json.dumps(values),
        tags=list(dict.fromkeys([*deployment["tags"], *given.tags])),
        labels={**scheduling.run_labels(deployment), **given.labels},
        parent_task_run_id=given.parent_task_run_id,
        deployment_id=deployment["id"],
        deployment_version=deployment["version"],
        idempotency_key=given.idempotency_key,
        context=json.dumps(given.context),
        retries=policy.retries or 0,
        retry_delay=float(policy.retry_delay or 0),
        policy=policy.model_dump_json(),
        job_variables=json.dumps(given.job_variables or {}),
        work_queue_id=deployment["work_queue_id"],
        work_queue_name=deployment["work_queue_name"],
        work_pool_name=deployment["work_pool_name"],
        infrastructure_document_id=given.infrastructure_document_id or deployment["infrastructure_document_id"],
    )


def _decide(
    call: AnyCall, deployment: Record, given: DeploymentFlowRunCreate, request: FlowRunRequest, tx: Transaction
) -> Made:
    clock, document = call.world.clock, given.infrastructure_document_id
    if document is not None and not stored.document_exists(tx, document):
        raise Refusal(409, f"There is no block document {document} to run on; create it first.")
    if given.work_queue_name is not None:
        place = placing.place(tx, deployment["work_pool_name"], given.work_queue_name, clock)
        assert place is not None
        request = evolve(request, work_queue_id=place.queue_id, work_queue_name=place.queue_name)
    run, new = deciding.create(tx, request, clock)
    run.work_pool_id = pools.id_of_queue(tx, run.work_queue_id)
    return run, new


def _created(call: AnyCall, made: Made) -> Answer:
    run, new = made
    call.world.bus.tell([Change("flow_run", run.id.hex)])
    now = to_datetime(call.world.clock.now())
    return answers.json(flow_run_json(row_of_flow_run(run), now), 201 if new else 200)


# --- many at once


def create_many(call: Call[list[DeploymentFlowRunCreate]]) -> Deciding[list[Any]]:
    """Make runs of a deployment; each is made or refused by itself."""
    if len(call.body) > MOST_AT_ONCE:
        raise TOO_MANY
    deployment = known(call)
    prepared = [_prepared(call, deployment, given) for given in call.body]

    def decision(tx: Transaction) -> list[Any]:
        return [
            one if isinstance(one, str) else _decide(call, deployment, given, one, tx)[0].id
            for given, one in zip(call.body, prepared, strict=True)
        ]

    return Deciding(decision, partial(_created_many, call))


def _prepared(call: AnyCall, deployment: Record, given: DeploymentFlowRunCreate) -> FlowRunRequest | str:
    """The run to be made, or why it cannot be."""
    try:
        _check_place(deployment, given)
        failed = ("", "Parameter validation failed")
        values = _parameters(call, deployment, given, failed)
        _check_job_variables(call, deployment, given)
    except Refusal as refusal:
        return refusal.detail
    return _request(call, deployment, given, values)


def _created_many(call: AnyCall, made: list[Any]) -> Answer:
    results: list[dict[str, Any]] = []
    for one in made:
        if isinstance(one, str):
            results.append({"flow_run_id": None, "status": "FAILED", "error": one})
        else:
            call.world.bus.tell([Change("flow_run", one.hex)])
            results.append({"flow_run_id": one, "status": "CREATED", "error": None})
    return answers.json({"results": results})


# --- for those who serve deployments


def scheduled(call: Call[ScheduledFlowRunsBody]) -> Answer:
    """The scheduled runs of deployments, for those who start them."""
    body, world = call.body, call.world
    limit, before, ids = limit_of(call, body.limit), moment_of(body.scheduled_before), body.deployment_ids

    def decision(tx: Transaction) -> list[Any]:
        deployments_polled(tx, "id", ids, world.clock)
        return list(stored.due(tx, ids, before, limit))

    found = world.store.transact(decision)
    runs, now = runs_by_id(call, found), to_datetime(world.clock.now())
    return answers.json([flow_run_json(runs[run_id], now) for run_id in found if run_id in runs])


ROUTES = (
    Route("POST", "/deployments/{id}/create_flow_run", create, Role.RUNNER, DeploymentFlowRunCreate,
          returns=FlowRunResponse, status=201),
    Route("POST", "/deployments/{id}/create_flow_run/bulk", create_many, Role.RUNNER, list[DeploymentFlowRunCreate],
          returns=FlowRunBulkCreateResponse),
    Route("POST", "/deployments/get_scheduled_flow_runs", scheduled, Role.RUNNER, ScheduledFlowRunsBody,
          returns=list[FlowRunResponse]),
)  # fmt: skip
