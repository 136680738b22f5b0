"""Flow runs: made, looked up, changed, deleted, and taken from state to state."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.lifecycle.outcome import StoredData
from prefect.core.lifecycle.runs import FlowRun as CoreFlowRun
from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.ports import FlowRunRequest, Transition
from prefect.core.times import SECOND, to_datetime
from prefect.orchestrator import flow_runs as deciding
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.paging import filters_of, limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.views.runs import flow_run_json
from prefect.server.views.states import Json, state_json
from prefect.storage.aggregates import flow_runs
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.transaction import Transaction
from prefect.wire.flow_runs import FlowRunCreate, FlowRunPaginationResponse, FlowRunResponse, FlowRunUpdate
from prefect.wire.requests.flow_runs import (
    FlowRunsCountBody,
    FlowRunSetStateBody,
    FlowRunsFilterBody,
    FlowRunsPageBody,
)
from prefect.wire.states import OrchestrationResult, StateCreate

MISSING = not_found("Flow run")


def core_state(given: StateCreate) -> State[Any]:
    """The state that a request proposes; its data stays as it came."""
    data = None if given.data is None else StoredData(given.data)
    return State(given.type, given.name, given.message, data, given.state_details)


# --- one run


def create(call: Call[FlowRunCreate]) -> Deciding[tuple[CoreFlowRun, bool]]:
    """Make a flow run, or answer the one with that idempotency key."""
    request, clock = _request(call), call.world.clock

    def decision(tx: Transaction) -> tuple[CoreFlowRun, bool]:
        run = deciding.create(tx, request, clock)
        return run, run.id == request.id

    return Deciding(decision, partial(_created, call))


def _request(call: Call[FlowRunCreate]) -> FlowRunRequest:
    given, clock = call.body, call.world.clock
    state = State(StateType.PENDING) if given.state is None else core_state(given.state)
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
        retries=policy.retries or 0,
        retry_delay=float(policy.retry_delay or 0),
        policy=policy.model_dump_json(),
        job_variables=json.dumps(given.job_variables or {}),
        work_queue_name=given.work_queue_name,
        work_pool_name=given.work_pool_name,
        infrastructure_document_id=given.infrastructure_document_id,
    )


def _created(call: Call[Any], made: tuple[CoreFlowRun, bool]) -> Answer:
    run, new = made
    call.world.bus.tell([Change("flow_run", run.id.hex)])
    return answers.json(made_json(call, run), 201 if new else 200)


def made_json(call: Call[Any], run: CoreFlowRun) -> Json:
    """The API's form of a run as a decision left it, without reading it again."""
    return flow_run_json(_row_of(run), to_datetime(call.world.clock.now()))


def _row_of(run: CoreFlowRun) -> Json:
    """A run of the core by the columns of its row."""
    state = state_json(run.state) or dict.fromkeys(("id", "type", "name", "timestamp", "message", "data"))
    columns = {f"state_{name}": state[name] for name in ("id", "type", "name", "timestamp", "message", "data")}
    own = ("id", "flow_id", "name", "flow_version", "deployment_id", "deployment_version", "work_queue_id",
           "work_queue_name", "work_pool_name", "parameters", "idempotency_key", "context", "tags", "labels",
           "parent_task_run_id", "run_count", "expected_start_time", "next_scheduled_start_time", "start_time",
           "end_time", "auto_scheduled", "infrastructure_pid", "job_variables", "retries", "retry_delay", "created",
           "updated", "empirical_policy", "infrastructure_document_id", "created_by", "work_pool_id")  # fmt: skip
    facts = None if run.state is None else run.state.detail_facts()
    return {**columns, **{name: getattr(run, name) for name in own}, "state_details": facts, "run_time": run.run_micros}


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
    documents = {"parameters", "tags", "job_variables", "empirical_policy"}
    changes = {name: json.dumps(value) if name in documents else value for name, value in given.items()}
    return Deciding(lambda tx: stored.change(tx, run_id, changes, now), partial(_changed, call, run_id))


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete a flow run and all that is recorded of it."""
    run_id = call.id()
    return Deciding(lambda tx: stored.delete(tx, run_id), partial(_changed, call, run_id))


def _changed(call: Call[Any], run_id: UUID, found: bool) -> Answer:
    if not found:
        raise MISSING
    call.world.bus.tell([Change("flow_run", run_id.hex)])
    return NO_CONTENT


# --- its state


def set_state(call: Call[FlowRunSetStateBody]) -> Deciding[Transition | None]:
    """Propose a state; answers what was decided."""
    run_id, clock = call.id(), call.world.clock
    state, force = core_state(call.body.state), call.body.force
    return Deciding(lambda tx: deciding.set_state(tx, run_id, state, force, clock), partial(_decided, call, run_id))


def _decided(call: Call[Any], run_id: UUID, transition: Transition) -> Answer:
    call.world.bus.tell([Change("flow_run", run_id.hex)])
    status = 201 if transition.verdict.outcome is Outcome.ACCEPT else 200
    return answers.json(orchestration_json(call, transition), status)


def orchestration_json(call: Call[Any], transition: Transition) -> Json:
    """A verdict as the API tells it."""
    verdict = transition.verdict
    details: Json = {"type": f"{verdict.outcome.value.lower()}_details"}
    if verdict.outcome is not Outcome.ACCEPT:
        details["reason"] = verdict.reason
    if verdict.outcome is Outcome.WAIT:
        left = ((verdict.wait_until or 0) - call.world.clock.now()) / SECOND
        details["delay_seconds"] = max(round(left), 0)
    state = state_json(transition.run.state, transition.run.id)
    return {"state": state, "status": verdict.outcome.value, "details": details}


# --- many


def page(call: Call[FlowRunsFilterBody]) -> Answer:
    """Flow runs that match filters."""
    body = call.body
    limit = limit_of(call, body.limit)
    rows = flow_runs.filtered_page(call.world.reading, filters_of(body), body.sort, limit, body.offset)
    return answers.json(_listed(call, rows))


def _listed(call: Call[Any], rows: list[Json]) -> list[Json]:
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
