"""Flow runs: made, looked up, changed, deleted, and taken from state to state."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.runs import FlowRun as CoreFlowRun
from prefect.core.lifecycle.states import StateType
from prefect.core.ports import FlowRunRequest, Transition
from prefect.core.times import to_datetime
from prefect.orchestrator.requests import flow_runs as deciding
from prefect.server import parameters
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import filters_of, limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.runs.proposed import core_state, own_state
from prefect.server.views.orchestration import orchestration_json, run_not_found, status_of
from prefect.server.views.runs import flow_run_json, row_of_flow_run
from prefect.storage.aggregates import flow_runs
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.transaction import Transaction
from prefect.wire.base import new_name
from prefect.wire.flow_runs import (
    FlowRunCreate,
    FlowRunPaginationResponse,
    FlowRunPolicy,
    FlowRunResponse,
    FlowRunUpdate,
)
from prefect.wire.requests.flow_runs import (
    FlowRunsCountBody,
    FlowRunSetStateBody,
    FlowRunsFilterBody,
    FlowRunsPageBody,
)
from prefect.wire.states import OrchestrationResult

MISSING = not_found("Flow run")
MOST_RETRIES = 2**31 - 1


# --- one run


def create(call: Call[FlowRunCreate]) -> Deciding[tuple[CoreFlowRun, bool]]:
    """Make a flow run, or answer the one with that idempotency key."""
    request, clock = _request(call), call.world.clock
    return Deciding(lambda tx: deciding.create(tx, request, clock), partial(_created, call))


def _request(call: Call[FlowRunCreate]) -> FlowRunRequest:
    given, clock = call.body, call.world.clock
    parameters.check_size(given.parameters, call.world.options.largest_parameters)
    state = own_state(StateType.PENDING) if given.state is None else core_state(given.state, clock.now())
    policy = given.empirical_policy
    return FlowRunRequest(
        id=clock.new_id(),
        flow_name="",
        flow_id=given.flow_id,
        name=given.name,
        state=state,
        parameters=json.dumps(given.parameters),
        flow_version=given.flow_version,
        tags=given.tags,
        labels=given.labels,
        parent_task_run_id=given.parent_task_run_id,
        deployment_id=given.deployment_id,
        idempotency_key=given.idempotency_key,
        context=json.dumps(given.context),
        retries=tries_of(policy),
        retry_delay=float(policy.retry_delay or 0),
        policy=policy.model_dump_json(),
        job_variables=json.dumps(given.job_variables or {}),
        work_queue_name=given.work_queue_name,
        work_pool_name=given.work_pool_name,
        infrastructure_document_id=given.infrastructure_document_id,
    )


def tries_of(policy: FlowRunPolicy) -> int:
    """How often a run is tried again, as far as the record counts."""
    return min(max(policy.retries or 0, 0), MOST_RETRIES)


def _created(call: AnyCall, made: tuple[CoreFlowRun, bool]) -> Answer:
    run, new = made
    call.world.bus.tell([Change("flow_run", run.id.hex)])
    return answers.json(made_json(call, run), 201 if new else 200)


def made_json(call: AnyCall, run: CoreFlowRun) -> Json:
    """The API's form of a run as a decision left it, without reading it again."""
    return flow_run_json(row_of_flow_run(run), to_datetime(call.world.clock.now()))


def read(call: Call[None]) -> Answer:
    """A flow run by id."""
    row = flow_runs.with_pool(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(flow_run_json(row, to_datetime(call.world.clock.now())))


def update(call: Call[FlowRunUpdate]) -> Deciding[bool]:
    """Change what is given of a flow run."""
    run_id, now = call.id(), call.world.clock.now()
    given = call.body.model_dump(mode="json", exclude_unset=True)
    if given.get("name", "") is None:
        given["name"] = new_name()
    documents = {"parameters", "tags", "job_variables", "empirical_policy"}
    changes = {name: json.dumps(value) if name in documents else value for name, value in given.items()}
    policy = call.body.empirical_policy
    if "empirical_policy" in given:
        changes |= {"retries": tries_of(policy), "retry_delay": float(policy.retry_delay or 0)}
    return Deciding(lambda tx: _change(tx, run_id, changes, now), partial(_changed, call, run_id))


def _change(tx: Transaction, run_id: UUID, changes: dict[str, Any], now: int) -> bool:
    if "job_variables" in changes:
        run = stored.load(tx, run_id)
        if run is not None and run.state_type is not StateType.SCHEDULED:
            known = "None" if run.state_type is None else run.state_type.value
            raise Refusal(400, f"Job variables for a flow run in state {known} cannot be updated")
    return stored.change(tx, run_id, changes, now)


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete a flow run and all that is recorded of it."""
    run_id = call.id()
    return Deciding(lambda tx: stored.delete(tx, run_id), partial(_changed, call, run_id))


def _changed(call: AnyCall, run_id: UUID, found: bool) -> Answer:
    if not found:
        raise MISSING
    call.world.bus.tell([Change("flow_run", run_id.hex)])
    return NO_CONTENT


# --- its state


def set_state(call: Call[FlowRunSetStateBody]) -> Deciding[Transition | None]:
    """Propose a state; answers what was decided."""
    run_id, clock = call.id(), call.world.clock
    state, force = core_state(call.body.state, clock.now()), call.body.force
    return Deciding(lambda tx: deciding.set_state(tx, run_id, state, force, clock), partial(decided, call, run_id))


def decided(call: AnyCall, run_id: UUID, transition: Transition | None) -> Answer:
    """What is answered to a proposal for a flow run."""
    if transition is None:
        return run_not_found("Flow run", run_id)
    verdict = transition.verdict
    if verdict.state is not None:
        call.world.bus.tell([Change("flow_run", run_id.hex)])
    run = transition.run
    content = orchestration_json(verdict, run.state, call.world.clock.now(), run_id, run.parent_task_run_id)
    return answers.json(content, status_of(verdict))


# --- many


def page(call: Call[FlowRunsFilterBody]) -> Answer:
    """Flow runs that match filters."""
    body = call.body
    limit = limit_of(call, body.limit)
    rows = flow_runs.filtered_page(call.world.reading, filters_of(body), body.sort, limit, body.offset)
    return answers.json(_listed(call, rows))


def _listed(call: AnyCall, rows: list[Json]) -> list[Json]:
    now = to_datetime(call.world.clock.now())
    return [flow_run_json(row, now) for row in rows]


def paginate(call: Call[FlowRunsPageBody]) -> Answer:
    """A numbered page of flow runs that match filters."""
    body, reading = call.body, call.world.reading
    limit, filters = limit_of(call, body.limit), filters_of(body)
    rows = flow_runs.filtered_page(reading, filters, body.sort, limit, (body.page - 1) * limit)
    count = flow_runs.filtered_count(reading, filters)
    pages = -(-count // limit) if limit else 0
    content = {"results": _listed(call, rows), "count": count, "limit": limit, "pages": pages, "page": body.page}
    return answers.json(content)


def count(call: Call[FlowRunsCountBody]) -> Answer:
    """How many flow runs match filters."""
    return answers.json(flow_runs.filtered_count(call.world.reading, filters_of(call.body)))


ROUTES = (
    Route("POST", "/flow_runs/", create, Role.RUNNER, FlowRunCreate, returns=FlowRunResponse, status=201, inline=True),
    Route("GET", "/flow_runs/{id}", read, returns=FlowRunResponse),
    Route("PATCH", "/flow_runs/{id}", update, Role.RUNNER, FlowRunUpdate, status=204, inline=True),
    Route("DELETE", "/flow_runs/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/flow_runs/{id}/set_state", set_state, Role.RUNNER, FlowRunSetStateBody, returns=OrchestrationResult,
          inline=True),
    Route("POST", "/flow_runs/filter", page, body=FlowRunsFilterBody, body_required=False,
          returns=list[FlowRunResponse]),
    Route("POST", "/flow_runs/paginate", paginate, body=FlowRunsPageBody, body_required=False,
          returns=FlowRunPaginationResponse),
    Route("POST", "/flow_runs/count", count, body=FlowRunsCountBody, body_required=False, returns=int),
)  # fmt: skip
