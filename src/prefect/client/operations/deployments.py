"""Deployments, the runs made of them, and their schedules."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel

from prefect.client import calls
from prefect.client.calls import (
    MISSING,
    TAKEN,
    AnyState,
    Call,
    JsonObject,
    conditions,
    given,
    known,
    listed,
    many,
    new_id,
    nothing,
    one,
    plain,
    searching,
)
from prefect.client.operations.proposals import as_id, proposed
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    FlowFilter,
    FlowRunFilter,
    TaskRunFilter,
    WorkPoolFilter,
    WorkQueueFilter,
)
from prefect.client.schemas.objects import (
    ConcurrencyOptions,
    DeploymentBranchingOptions,
    DeploymentSchedule,
    FlowRun,
    VersionInfo,
)
from prefect.client.schemas.responses import DeploymentResponse, FlowRunResponse
from prefect.client.schemas.schedules import SCHEDULE_TYPES
from prefect.client.schemas.sorting import DeploymentSort
from prefect.core.lifecycle.states import State, StateType


def create_deployment(
    flow_id: UUID,
    name: str,
    version: str | None = None,
    version_info: VersionInfo | None = None,
    schedules: list[DeploymentScheduleCreate] | None = None,
    concurrency_limit: int | None = None,
    concurrency_options: ConcurrencyOptions | None = None,
    parameters: JsonObject | None = None,
    description: str | None = None,
    work_queue_name: str | None = None,
    work_pool_name: str | None = None,
    tags: list[str] | None = None,
    storage_document_id: UUID | None = None,
    path: str | None = None,
    entrypoint: str | None = None,
    infrastructure_document_id: UUID | None = None,
    parameter_openapi_schema: JsonObject | None = None,
    paused: bool | None = None,
    pull_steps: list[JsonObject] | None = None,
    enforce_parameter_schema: bool | None = None,
    job_variables: JsonObject | None = None,
    branch: str | None = None,
    base: UUID | None = None,
    root: UUID | None = None,
) -> Call[UUID]:
    """Make a deployment of a flow, or change the one of that name, and return its id.

    Raises ObjectAlreadyExists if the server sees a conflict, such as a flow that does not exist.
    """
    body = {
        "flow_id": flow_id,
        "name": name,
        "schedules": [in_full(schedule) for schedule in listed(schedules)],
        "parameter_openapi_schema": parameter_openapi_schema or {"type": "object", "properties": {}},
        "parameters": parameters or {},
        "tags": listed(tags),
        "job_variables": job_variables or {},
        **known(
            version=version,
            version_info=None if version_info is None else version_info.model_dump(mode="json"),
            concurrency_limit=concurrency_limit,
            concurrency_options=None if concurrency_options is None else given(concurrency_options),
            description=description,
            work_queue_name=work_queue_name,
            work_pool_name=work_pool_name,
            storage_document_id=storage_document_id,
            path=path,
            entrypoint=entrypoint,
            infrastructure_document_id=infrastructure_document_id,
            paused=paused,
            pull_steps=pull_steps,
            enforce_parameter_schema=enforce_parameter_schema,
            branch=branch,
            base=base,
            root=root,
        ),
    }
    return Call("POST", "/deployments/", new_id, body=body, refusals=TAKEN, repeatable=True)


def in_full(schedule: DeploymentScheduleCreate) -> JsonObject:
    """A schedule with its defaults, so that the server need not guess which kind it is."""
    return schedule.model_dump(mode="json")


def create_deployment_branch(
    deployment_id: UUID,
    branch: str,
    options: DeploymentBranchingOptions | None = None,
    overrides: DeploymentUpdate | None = None,
) -> Call[UUID]:
    """Make a branch of a deployment and return its id. Only the hosted service can."""
    body = {
        "branch": branch,
        "options": {} if options is None else given(options),
        "overrides": None if overrides is None else given(overrides),
    }
    return Call("POST", calls.path("/deployments/{}/branch", deployment_id), new_id, body=body)


def update_deployment(deployment_id: UUID, deployment: DeploymentUpdate) -> Call[None]:
    """Change what is given of a deployment. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", calls.path("/deployments/{}", deployment_id), nothing, body=given(deployment))


def set_deployment_paused_state(deployment_id: UUID, paused: bool) -> Call[None]:
    """Deprecated for `pause_deployment` and `resume_deployment`."""
    warnings.warn(
        "set_deployment_paused_state is deprecated; use pause_deployment or resume_deployment.",
        DeprecationWarning,
        stacklevel=3,
    )
    return Call("PATCH", calls.path("/deployments/{}", deployment_id), nothing, body={"paused": paused})


def pause_deployment(deployment_id: UUID | str) -> Call[None]:
    """Stop scheduling a deployment. Raises ObjectNotFound, ValueError if that is no id."""
    return _set_paused(deployment_id, True)


def resume_deployment(deployment_id: UUID | str) -> Call[None]:
    """Schedule a paused deployment again. Raises ObjectNotFound, ValueError if that is no id."""
    return _set_paused(deployment_id, False)


def _set_paused(deployment_id: UUID | str, paused: bool) -> Call[None]:
    deployment = calls.path("/deployments/{}", _id_of(deployment_id))
    return Call("PATCH", deployment, nothing, body={"paused": paused}, refusals=MISSING)


def _id_of(deployment_id: UUID | str) -> UUID:
    try:
        return as_id(deployment_id)
    except ValueError:
        raise ValueError(
            f"Invalid deployment ID: {deployment_id!r} is no UUID. Read the deployment of a name with"
            " `read_deployment_by_name`."
        ) from None


def read_deployment(deployment_id: UUID | str) -> Call[DeploymentResponse]:
    """A deployment. Raises ObjectNotFound, ValueError if that is no id."""
    deployment = calls.path("/deployments/{}", _id_of(deployment_id))
    return Call("GET", deployment, one(DeploymentResponse), refusals=MISSING)


def read_deployment_by_name(name: str) -> Call[DeploymentResponse]:
    """A deployment by the names of its flow and its own, `flow/deployment`.

    Raises ObjectNotFound, ValueError if the name has another form.
    """
    names = name.split("/")
    if len(names) != 2:
        raise ValueError(f"Invalid deployment name format: {name}. Expected format: <FLOW_NAME>/<DEPLOYMENT_NAME>")
    return Call("GET", calls.path("/deployments/name/{}/{}", *names), one(DeploymentResponse), refusals=MISSING)


def read_deployments(
    *,
    flow_filter: FlowFilter | None = None,
    flow_run_filter: FlowRunFilter | None = None,
    task_run_filter: TaskRunFilter | None = None,
    deployment_filter: DeploymentFilter | None = None,
    work_pool_filter: WorkPoolFilter | None = None,
    work_queue_filter: WorkQueueFilter | None = None,
    limit: int | None = None,
    sort: DeploymentSort | None = None,
    offset: int = 0,
) -> Call[list[DeploymentResponse]]:
    """The deployments that meet all the filters; at most `limit`, by default as many as the server's page holds."""
    filters = conditions(
        flows=flow_filter,
        flow_runs=flow_run_filter,
        task_runs=task_run_filter,
        deployments=deployment_filter,
        work_pools=work_pool_filter,
        work_pool_queues=work_queue_filter,
    )
    body = {**filters, **known(sort=sort, limit=limit, offset=offset)}
    return searching("/deployments/filter", many(DeploymentResponse), body)


def delete_deployment(deployment_id: UUID) -> Call[None]:
    """Delete a deployment. Raises ObjectNotFound."""
    return Call("DELETE", calls.path("/deployments/{}", deployment_id), nothing, refusals=MISSING)


def apply_slas_for_deployment(deployment_id: UUID, slas: list[BaseModel]) -> Call[Any]:
    """Say what is expected of a deployment's runs. Only the hosted service can."""
    body = [sla.model_dump(mode="json", exclude_unset=True) for sla in slas]
    resource = f"prefect.deployment.{deployment_id}"
    return Call("POST", calls.path("/slas/apply-resource-slas/{}", resource), plain, body=body)


# --- runs


def create_flow_run_from_deployment(
    deployment_id: UUID,
    *,
    parameters: JsonObject | None = None,
    context: JsonObject | None = None,
    state: AnyState | None = None,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    idempotency_key: str | None = None,
    parent_task_run_id: UUID | None = None,
    work_queue_name: str | None = None,
    job_variables: JsonObject | None = None,
    labels: JsonObject | None = None,
) -> Call[FlowRun]:
    """Make a run of a deployment; it is scheduled for now unless `state` is given.

    A run of the same `idempotency_key` is returned if there is one. Raises PrefectHTTPStatusError if there is no such
    deployment or if its parameters do not fit.
    """
    body = {
        "parameters": parameters or {},
        "context": context or {},
        "state": _scheduled(state),
        "tags": listed(tags),
        "idempotency_key": idempotency_key or str(uuid4()),
        "labels": labels or {},
        **known(
            name=name,
            parent_task_run_id=parent_task_run_id,
            work_queue_name=work_queue_name,
            job_variables=job_variables,
        ),
    }
    return Call(
        "POST", calls.path("/deployments/{}/create_flow_run", deployment_id), one(FlowRun), body=body, repeatable=True
    )


def _scheduled(state: AnyState | None) -> object:
    state = state or State(StateType.SCHEDULED)
    if state.is_scheduled() and state.state_details.scheduled_time is None:
        return proposed(state, scheduled_time=datetime.now(UTC))
    return proposed(state)


def get_scheduled_flow_runs_for_deployments(
    deployment_ids: list[UUID],
    scheduled_before: datetime | None = None,
    limit: int | None = None,
) -> Call[list[FlowRunResponse]]:
    """The scheduled runs of deployments that are due before a moment, earliest first."""
    body = {"deployment_ids": deployment_ids, **known(scheduled_before=scheduled_before, limit=limit)}
    return searching("/deployments/get_scheduled_flow_runs", many(FlowRunResponse), body)


# --- schedules


def create_deployment_schedules(
    deployment_id: UUID,
    schedules: list[tuple[SCHEDULE_TYPES, bool]] | list[DeploymentScheduleCreate],
    max_scheduled_runs: int | None = None,
    parameters: JsonObject | None = None,
    slug: str | None = None,
) -> Call[list[DeploymentSchedule]]:
    """Add schedules to a deployment: each a schedule and whether it is active, or a `DeploymentScheduleCreate`.

    `max_scheduled_runs`, `parameters` and `slug` are for schedules given as pairs.
    """
    wanted = [_wanted(schedule, max_scheduled_runs, parameters, slug) for schedule in schedules]
    body = [in_full(schedule) for schedule in wanted]
    return Call("POST", calls.path("/deployments/{}/schedules", deployment_id), many(DeploymentSchedule), body=body)


def _wanted(
    schedule: tuple[SCHEDULE_TYPES, bool] | DeploymentScheduleCreate,
    max_scheduled_runs: int | None,
    parameters: JsonObject | None,
    slug: str | None,
) -> DeploymentScheduleCreate:
    if isinstance(schedule, DeploymentScheduleCreate):
        return schedule
    when, active = schedule
    return DeploymentScheduleCreate(
        schedule=when, active=active, max_scheduled_runs=max_scheduled_runs, parameters=parameters or {}, slug=slug
    )


def read_deployment_schedules(deployment_id: UUID) -> Call[list[DeploymentSchedule]]:
    """The schedules of a deployment. Raises ObjectNotFound."""
    schedules = many(DeploymentSchedule)
    return Call("GET", calls.path("/deployments/{}/schedules", deployment_id), schedules, refusals=MISSING)


def update_deployment_schedule(
    deployment_id: UUID,
    schedule_id: UUID,
    active: bool | None = None,
    schedule: SCHEDULE_TYPES | None = None,
    max_scheduled_runs: int | None = None,
    parameters: JsonObject | None = None,
    slug: str | None = None,
) -> Call[None]:
    """Change what is given of a schedule. Raises ObjectNotFound."""
    body = known(
        active=active,
        schedule=None if schedule is None else given(schedule),
        max_scheduled_runs=max_scheduled_runs,
        parameters=parameters,
        slug=slug,
    )
    place = calls.path("/deployments/{}/schedules/{}", deployment_id, schedule_id)
    return Call("PATCH", place, nothing, body=body, refusals=MISSING)


def delete_deployment_schedule(deployment_id: UUID, schedule_id: UUID) -> Call[None]:
    """Delete a schedule. Raises ObjectNotFound."""
    place = calls.path("/deployments/{}/schedules/{}", deployment_id, schedule_id)
    return Call("DELETE", place, nothing, refusals=MISSING)
