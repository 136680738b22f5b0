"""Deployments: made, looked up, changed, paused and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.orchestrator.work import deployments as deciding
from prefect.server import parameters
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, invalid
from prefect.server.http.paging import filters_of, limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.routes.deployments.hydrating import hydrated_or_refused
from prefect.server.routes.deployments.shared import MISSING, NOT_THERE, has_times, known, tell
from prefect.server.routes.work.numbers import fits
from prefect.server.views.deployments import deployment_json
from prefect.server.views.work import plain_queue_json
from prefect.storage.aggregates.work import deployments, pools
from prefect.storage.documents import Record
from prefect.storage.transaction import Transaction
from prefect.wire.deployments import (
    DeploymentBulkDeleteResponse,
    DeploymentCreate,
    DeploymentPaginationResponse,
    DeploymentResponse,
    DeploymentScheduleCreate,
    DeploymentScheduleUpdate,
    DeploymentUpdate,
)
from prefect.wire.requests.deployments import (
    DeploymentsBulkDeleteBody,
    DeploymentsCountBody,
    DeploymentsFilterBody,
    DeploymentsPageBody,
)
from prefect.wire.work.queues import WorkQueue

TWO_LIMITS = "Value error, A deployment cannot have both a concurrency limit and a global concurrency limit."
AGENT_QUEUES = 1000
"""Queues that are looked at for `work_queue_check`."""


# --- one


def create(call: Call[DeploymentCreate]) -> Answer:
    """Make a deployment, or change the one of that flow and name."""
    given, world = call.body, call.world
    _check_numbers(given)
    _check_job_variables(call, given)
    deployment_id, new = world.store.transact(lambda tx: deciding.apply(tx, given, world.clock))
    tell(call, deployment_id)
    return _found(call, deployments.by_id(world.reading, deployment_id, world.clock.now()), 201 if new else 200)


def _check_numbers(given: DeploymentCreate | DeploymentUpdate) -> None:
    if given.concurrency_limit is not None and given.global_concurrency_limit_id is not None:
        raise invalid(("body",), TWO_LIMITS)
    fits(given.concurrency_limit, "concurrency_limit")
    schedules: Sequence[DeploymentScheduleCreate | DeploymentScheduleUpdate] = given.schedules
    for number, schedule in enumerate(schedules):
        fits(schedule.max_scheduled_runs, "schedules", number, "max_scheduled_runs")
        has_times(schedule.schedule, "schedules", number, "schedule")


def _check_job_variables(call: AnyCall, given: DeploymentCreate) -> None:
    """Raise Refusal unless the job variables fit the pool that the deployment is to run in."""
    if given.work_pool_name is None or not given.job_variables:
        return
    pool = pools.pool_by_name(call.world.reading, given.work_pool_name, call.world.clock.now())
    try:
        parameters.check_job_variables(given.job_variables, pool, whole=False)
    except parameters.NotFitting as problem:
        raise Refusal(422, f"Error creating deployment: {problem}") from None


def read(call: Call[None]) -> Answer:
    """A deployment by id."""
    return _found(call, deployments.by_id(call.world.reading, call.id(), call.world.clock.now()))


def read_by_name(call: Call[None]) -> Answer:
    """A deployment by its flow's name and its own."""
    flow_name, name = call.text("flow_name"), call.text("deployment_name")
    return _found(call, deployments.by_name(call.world.reading, flow_name, name, call.world.clock.now()))


def _found(call: AnyCall, row: Record | None, status: int = 200) -> Answer:
    if row is None:
        raise MISSING
    return answers.json(deployment_json(row, to_datetime(call.world.clock.now())), status)


def update(call: Call[DeploymentUpdate]) -> Deciding[bool]:
    """Change what is given of a deployment."""
    given, deployment_id, clock = call.body, call.id(), call.world.clock
    _check_numbers(given)
    if given.model_fields_set & {"parameters", "parameter_openapi_schema", "enforce_parameter_schema"}:
        _check_parameters(call, given)
    return Deciding(
        lambda tx: deciding.update(tx, deployment_id, given, clock), partial(_changed, call, NOT_THERE, NO_CONTENT)
    )


def _check_parameters(call: Call[DeploymentUpdate], given: DeploymentUpdate) -> None:
    """Raise Refusal unless the parameters, as they will be, fit the schema, as it will be."""
    try:
        row = known(call)
    except Refusal:
        raise NOT_THERE from None
    stated = given.model_fields_set
    if given.parameters is not None:
        given.parameters = hydrated_or_refused(call, given.parameters, "Error hydrating deployment parameters: ")
    values = given.parameters if given.parameters is not None else row["parameters"]
    schema = given.parameter_openapi_schema if "parameter_openapi_schema" in stated else row["parameter_openapi_schema"]
    enforce = given.enforce_parameter_schema if given.enforce_parameter_schema is not None else None
    if not (row["enforce_parameter_schema"] if enforce is None else enforce) or not schema:
        return
    try:
        parameters.check(values, schema, ignore_required=True)
    except parameters.NotFitting as problem:
        raise Refusal(409, f"Error updating deployment: {problem}") from None


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete a deployment with its schedules and its runs that have not begun."""
    deployment_id = call.id()
    return Deciding(
        lambda tx: deciding.delete(tx, deployment_id, call.world.clock), partial(_changed, call, MISSING, NO_CONTENT)
    )


def pause(call: Call[None]) -> Deciding[bool]:
    """Stop a deployment's schedules."""
    return _paused(call, True)


def resume(call: Call[None]) -> Deciding[bool]:
    """Let a deployment's schedules go on."""
    return _paused(call, False)


def _paused(call: Call[None], paused: bool) -> Deciding[bool]:
    deployment_id, clock = call.id(), call.world.clock
    done = partial(_changed, call, MISSING, answers.json(None))
    return Deciding(lambda tx: deciding.set_paused(tx, deployment_id, paused, clock), done)


def _changed(call: AnyCall, missing: Refusal, answer: Answer, found: bool) -> Answer:
    if not found:
        raise missing
    tell(call, call.id())
    return answer


# --- many


def page(call: Call[DeploymentsFilterBody]) -> Answer:
    """Deployments that match filters."""
    body = call.body
    return answers.json(_listed(call, body, limit_of(call, body.limit), body.offset))


def _listed(call: AnyCall, body: DeploymentsFilterBody | DeploymentsPageBody, limit: int, offset: int) -> list[Any]:
    now = call.world.clock.now()
    rows = deployments.filtered_page(call.world.reading, filters_of(body), body.sort, limit, now, offset)
    return [deployment_json(row, to_datetime(now)) for row in rows]


def paginate(call: Call[DeploymentsPageBody]) -> Answer:
    """A numbered page of deployments that match filters."""
    body = call.body
    limit = limit_of(call, body.limit)
    count = deployments.filtered_count(call.world.reading, filters_of(body))
    pages = -(-count // limit) if limit else 0
    results = _listed(call, body, limit, (body.page - 1) * limit) if body.page <= pages else []
    return answers.json({"results": results, "count": count, "limit": limit, "pages": pages, "page": body.page})


def count(call: Call[DeploymentsCountBody]) -> Answer:
    """How many deployments match filters."""
    return answers.json(deployments.filtered_count(call.world.reading, filters_of(call.body)))


def bulk_delete(call: Call[DeploymentsBulkDeleteBody]) -> Deciding[list[UUID]]:
    """Delete deployments that match a filter."""
    ids = deployments.filtered_ids(call.world.reading, filters_of(call.body), call.body.limit)

    def decision(tx: Transaction) -> list[UUID]:
        return [deployment_id for deployment_id in ids if deciding.delete(tx, deployment_id, call.world.clock)]

    def answer(deleted: list[UUID]) -> Answer:
        for deployment_id in deleted:
            tell(call, deployment_id)
        return answers.json({"deleted": deleted})

    return Deciding(decision, answer)


def work_queue_check(call: Call[None]) -> Answer:
    """The queues that would hand out runs of a deployment by their filter: those without one, and those whose it meets."""
    deployment = known(call)
    found = pools.all_queues(call.world.reading, AGENT_QUEUES)
    return answers.json([plain_queue_json(row) for row in found if _meets(deployment, row["filter"])])


def _meets(deployment: Record, wanted: Any) -> bool:
    if not wanted:
        return True
    ids, tags = wanted.get("deployment_ids"), wanted.get("tags")
    of_ids = not ids or str(deployment["id"]) in map(str, ids)
    return of_ids and set(tags or ()) <= set(deployment["tags"])


ROUTES = (
    Route("POST", "/deployments/", create, Role.EDITOR, DeploymentCreate, returns=DeploymentResponse, status=201),
    Route("GET", "/deployments/{id}", read, returns=DeploymentResponse),
    Route("GET", "/deployments/name/{flow_name}/{deployment_name}", read_by_name, returns=DeploymentResponse),
    Route("PATCH", "/deployments/{id}", update, Role.EDITOR, DeploymentUpdate, status=204),
    Route("DELETE", "/deployments/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/deployments/{id}/pause_deployment", pause, Role.EDITOR, inline=True),
    Route("POST", "/deployments/{id}/resume_deployment", resume, Role.EDITOR, inline=True),
    Route("GET", "/deployments/{id}/work_queue_check", work_queue_check, returns=list[WorkQueue]),
    Route("POST", "/deployments/filter", page, body=DeploymentsFilterBody, body_required=False,
          returns=list[DeploymentResponse]),
    Route("POST", "/deployments/paginate", paginate, body=DeploymentsPageBody, body_required=False,
          returns=DeploymentPaginationResponse),
    Route("POST", "/deployments/count", count, body=DeploymentsCountBody, body_required=False, returns=int),
    Route("POST", "/deployments/bulk_delete", bulk_delete, Role.EDITOR, DeploymentsBulkDeleteBody,
          body_required=False, returns=DeploymentBulkDeleteResponse),
)  # fmt: skip
