"""Deployments: flows with what is needed to run them elsewhere, and their schedules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from prefect.types.names import WITHOUT_BANNED_CHARACTERS_EMPTY_OK
from prefect.wire.base import Integer, JsonObject, Labels, Moment, Page, PositiveInteger, Record, Request, Shape, Text
from prefect.wire.flow_runs import CreatedBy, UpdatedBy
from prefect.wire.objects.limits import ConcurrencyOptions, GlobalConcurrencyLimitResponse
from prefect.wire.schedules import SCHEDULE_TYPES, CronSchedule, IntervalSchedule, RRuleSchedule

OLDER_NAMES = frozenset({"worker_pool_name", "worker_pool_queue_name"})
"""Fields that older clients send and that mean nothing any more."""


class GivenSchedule(Protocol):
    """What `prefect.schedules.Schedule` is, as this file needs it."""

    interval: timedelta | None
    cron: str | None
    rrule: str | None
    timezone: str | None
    anchor_date: datetime
    day_or: bool
    active: bool
    parameters: dict[str, Any]
    slug: str | None


class DeploymentStatus(StrEnum):
    """Whether something will take the runs of a deployment."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    DISABLED = "DISABLED"


class VersionInfo(Shape):
    """Where a deployment's code came from."""

    model_config = ConfigDict(extra="allow")

    type: Text
    version: Text


class DeploymentSchedule(Record):
    """When a deployment's runs start."""

    deployment_id: UUID | None = None
    schedule: SCHEDULE_TYPES
    active: bool = True
    max_scheduled_runs: PositiveInteger | None = None
    parameters: JsonObject = Field(default_factory=dict)
    slug: Text | None = None


class DeploymentScheduleCreate(Request):
    """A schedule to be made."""

    schedule: SCHEDULE_TYPES
    active: bool = True
    max_scheduled_runs: PositiveInteger | None = None
    parameters: JsonObject = Field(default_factory=dict)
    slug: Text | None = None
    replaces: Text | None = None

    @classmethod
    def from_schedule(cls, schedule: GivenSchedule) -> DeploymentScheduleCreate:
        """What asks for a schedule made by `prefect.schedules`. Raises ValueError if it has no times at all."""
        made: IntervalSchedule | CronSchedule | RRuleSchedule
        if schedule.interval is not None:
            made = IntervalSchedule(
                interval=schedule.interval, anchor_date=schedule.anchor_date, timezone=schedule.timezone
            )
        elif schedule.cron is not None:
            made = CronSchedule(cron=schedule.cron, timezone=schedule.timezone, day_or=schedule.day_or)
        elif schedule.rrule is not None:
            made = RRuleSchedule(rrule=schedule.rrule, timezone=schedule.timezone or "UTC")
        else:
            raise ValueError("A schedule has one of interval, cron and rrule; this one has none.")
        rest = {"active": schedule.active, "parameters": schedule.parameters, "slug": schedule.slug}
        return cls.model_validate({"schedule": made, **rest})


class DeploymentScheduleUpdate(Request):
    """Changes to a schedule."""

    schedule: SCHEDULE_TYPES | None = None
    active: bool | None = None
    max_scheduled_runs: PositiveInteger | None = None
    parameters: JsonObject = Field(default_factory=dict)
    slug: Text | None = None
    replaces: Text | None = None


class DeploymentRecord(Record):
    """What is on record of a flow that runs elsewhere."""

    version: Text | None = None
    description: Text | None = None
    flow_id: UUID
    concurrency_limit: Integer | None = None
    paused: bool = False
    schedules: list[DeploymentSchedule] = Field(default_factory=list)
    job_variables: JsonObject = Field(default_factory=dict)
    parameters: JsonObject = Field(default_factory=dict)
    pull_steps: list[JsonObject] | None = None
    tags: list[Text] = Field(default_factory=list)
    labels: Labels = Field(default_factory=dict)
    work_queue_name: Text | None = None
    last_polled: Moment | None = None
    parameter_openapi_schema: JsonObject | None = None
    path: Text | None = None
    entrypoint: Text | None = None
    storage_document_id: UUID | None = None
    infrastructure_document_id: UUID | None = None
    created_by: CreatedBy | None = None
    updated_by: UpdatedBy | None = None
    work_queue_id: UUID | None = None
    enforce_parameter_schema: bool = True


class DeploymentResponse(DeploymentRecord):
    """A flow with what is needed to run it elsewhere."""

    name: Text
    global_concurrency_limit: GlobalConcurrencyLimitResponse | None = None
    concurrency_options: ConcurrencyOptions | None = None
    work_pool_name: Text | None = None
    status: DeploymentStatus | None = DeploymentStatus.NOT_READY


def _without_older_names(given: object) -> object:
    if isinstance(given, Mapping):
        return {name: value for name, value in given.items() if name not in OLDER_NAMES}
    return given


def check_job_variables(
    job_variables: dict[str, object] | None, base_job_template: dict[str, Any], whole: bool
) -> None:
    """Raise jsonschema's ValidationError unless job variables fit a work pool's template.

    Args:
        whole: whether variables that the template requires must be there.
    """
    schema: dict[str, Any] | None = base_job_template.get("variables")
    if schema is None:
        return
    from jsonschema import validate

    if not whole:
        schema = {name: part for name, part in schema.items() if name != "required"}
    validate(job_variables or {}, schema)


class DeploymentCore(Request):
    """What a deployment is made of, for servers and clients alike."""

    name: Annotated[Text, Field(pattern=WITHOUT_BANNED_CHARACTERS_EMPTY_OK)]
    flow_id: UUID
    schedules: list[DeploymentScheduleCreate] = Field(default_factory=list)
    concurrency_limit: PositiveInteger | None = None
    concurrency_options: ConcurrencyOptions | None = None
    parameter_openapi_schema: JsonObject | None = None
    parameters: JsonObject = Field(default_factory=dict)
    tags: list[Text] = Field(default_factory=list)
    labels: Labels = Field(default_factory=dict)
    pull_steps: list[JsonObject] | None = None
    work_queue_name: Text | None = None
    work_pool_name: Text | None = None
    storage_document_id: UUID | None = None
    infrastructure_document_id: UUID | None = None
    description: Text | None = None
    path: Text | None = None
    entrypoint: Text | None = None
    job_variables: JsonObject = Field(default_factory=dict)
    version: Text | None = None
    version_info: VersionInfo | None = None
    global_concurrency_limit_id: UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_older_names(cls, given: object) -> object:
        return _without_older_names(given)

    def check_valid_configuration(self, base_job_template: dict[str, Any]) -> None:
        """Raise jsonschema's ValidationError unless the job variables fit a work pool's template."""
        check_job_variables(self.job_variables, base_job_template, whole=True)


class DeploymentCreate(DeploymentCore):
    """A deployment to be made."""

    paused: bool = False
    enforce_parameter_schema: bool = True


class DeploymentUpdate(Request):
    """Changes to a deployment."""

    version: Text | None = None
    version_info: VersionInfo | None = None
    description: Text | None = None
    parameters: JsonObject | None = None
    paused: bool = False
    schedules: list[DeploymentScheduleUpdate] = Field(default_factory=list)
    concurrency_limit: PositiveInteger | None = None
    concurrency_options: ConcurrencyOptions | None = None
    tags: list[Text] = Field(default_factory=list)
    work_queue_name: Text | None = None
    work_pool_name: Text | None = None
    path: Text | None = None
    job_variables: JsonObject | None = None
    entrypoint: Text | None = None
    storage_document_id: UUID | None = None
    infrastructure_document_id: UUID | None = None
    enforce_parameter_schema: bool | None = None
    parameter_openapi_schema: JsonObject | None = None
    pull_steps: list[JsonObject] | None = None
    global_concurrency_limit_id: UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_older_names(cls, given: object) -> object:
        return _without_older_names(given)

    def check_valid_configuration(self, base_job_template: dict[str, Any]) -> None:
        """Raise jsonschema's ValidationError unless the job variables given fit a work pool's template."""
        check_job_variables(self.job_variables, base_job_template, whole=False)


class DeploymentPaginationResponse(Page):
    """A page of deployments."""

    results: list[DeploymentResponse]


class DeploymentBulkDeleteResponse(Shape):
    """The deployments that were deleted."""

    deleted: list[UUID] = Field(default_factory=list)
