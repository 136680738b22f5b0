"""Schedules of deployments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect.client.calls import MISSING, Call, given, known, many, nothing, path
from prefect.client.operations.deployments import in_full
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import SCHEDULE_TYPES


def create_deployment_schedules(
    deployment_id: UUID,
    schedules: list[tuple[SCHEDULE_TYPES, bool]] | list[DeploymentScheduleCreate],
    max_scheduled_runs: int | None = None,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Call[list[DeploymentSchedule]]:
    """Add schedules to a deployment: each a schedule and whether it is active, or a `DeploymentScheduleCreate`.

    `max_scheduled_runs`, `parameters` and `slug` are for schedules given as pairs.
    """
    wanted = [_wanted(schedule, max_scheduled_runs, parameters, slug) for schedule in schedules]
    body = [in_full(schedule) for schedule in wanted]
    return Call("POST", path("/deployments/{}/schedules", deployment_id), many(DeploymentSchedule), body=body)


def _wanted(
    schedule: tuple[SCHEDULE_TYPES, bool] | DeploymentScheduleCreate,
    max_scheduled_runs: int | None,
    parameters: dict[str, Any] | None,
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
    return Call("GET", path("/deployments/{}/schedules", deployment_id), schedules, refusals=MISSING)


def update_deployment_schedule(
    deployment_id: UUID,
    schedule_id: UUID,
    active: bool | None = None,
    schedule: SCHEDULE_TYPES | None = None,
    max_scheduled_runs: int | None = None,
    parameters: dict[str, Any] | None = None,
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
    place = path("/deployments/{}/schedules/{}", deployment_id, schedule_id)
    return Call("PATCH", place, nothing, body=body, refusals=MISSING)


def delete_deployment_schedule(deployment_id: UUID, schedule_id: UUID) -> Call[None]:
    """Delete a schedule. Raises ObjectNotFound."""
    place = path("/deployments/{}/schedules/{}", deployment_id, schedule_id)
    return Call("DELETE", place, nothing, refusals=MISSING)
