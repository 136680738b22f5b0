"""Flow runs: their records, what creates and changes them, and what bulk operations answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from prefect.core.lifecycle.states import StateType
from prefect.types.names import raise_on_name_alphanumeric_dashes_only
from prefect.wire.base import (
    GivenName,
    Integer,
    JsonObject,
    Labels,
    Moment,
    Page,
    Record,
    Request,
    Seconds,
    Shape,
    Text,
    new_name,
)
from prefect.wire.states import HeldState, OrchestrationResult, StateCreate


class CreatedBy(Shape):
    """Who or what made a record."""

    id: UUID | None = None
    type: Text | None = None
    display_value: Text | None = None


class UpdatedBy(Shape):
    """Who or what changed a record last."""

    id: UUID | None = None
    type: Text | None = None
    display_value: Text | None = None


class FlowRunPolicy(Shape):
    """How a flow run is retried and resumed."""

    max_retries: Integer = 0
    retry_delay_seconds: float = 0
    retries: Integer | None = None
    retry_delay: Integer | None = None
    pause_keys: set[Text] | None = Field(default_factory=set)
    resuming: bool | None = False
    retry_type: Literal["in_process", "reschedule"] | None = None

    @model_validator(mode="after")
    def _from_older_names(self) -> Self:
        if not self.retries and self.max_retries:
            self.retries = self.max_retries
        if not self.retry_delay and self.retry_delay_seconds:
            self.retry_delay = int(self.retry_delay_seconds)
        return self


class FlowRun(Record):
    """One run of a flow."""

    name: GivenName = Field(default_factory=new_name)
    flow_id: UUID
    state_id: UUID | None = None
    deployment_id: UUID | None = None
    deployment_version: Text | None = None
    work_queue_name: Text | None = None
    flow_version: Text | None = None
    parameters: JsonObject = Field(default_factory=dict)
    idempotency_key: Text | None = None
    context: JsonObject = Field(default_factory=dict)
    empirical_policy: FlowRunPolicy = Field(default_factory=FlowRunPolicy)
    tags: list[Text] = Field(default_factory=list)
    labels: Labels = Field(default_factory=dict)
    parent_task_run_id: UUID | None = None
    run_count: Integer = 0
    expected_start_time: Moment | None = None
    next_scheduled_start_time: Moment | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    total_run_time: Seconds = timedelta(0)
    estimated_run_time: Seconds = timedelta(0)
    estimated_start_time_delta: Seconds = timedelta(0)
    auto_scheduled: bool = False
    infrastructure_document_id: UUID | None = None
    infrastructure_pid: Text | None = None
    created_by: CreatedBy | None = None
    work_queue_id: UUID | None = None
    work_pool_id: UUID | None = None
    work_pool_name: Text | None = None
    state: HeldState | None = None
    job_variables: JsonObject | None = None
    state_type: StateType | None = None
    state_name: Text | None = None


class FlowRunResponse(FlowRun):
    """A flow run as the server answers it."""


class NewFlowRun(Request):
    """What a flow run is made with, whoever makes it."""

    state: StateCreate | None = None
    name: GivenName = Field(default_factory=new_name)
    parameters: JsonObject = Field(default_factory=dict)
    context: JsonObject = Field(default_factory=dict)
    parent_task_run_id: UUID | None = None
    infrastructure_document_id: UUID | None = None
    empirical_policy: FlowRunPolicy = Field(default_factory=FlowRunPolicy)
    tags: list[Text] = Field(default_factory=list)
    idempotency_key: Text | None = None
    labels: Labels = Field(default_factory=dict)
    work_queue_name: Text | None = None
    job_variables: JsonObject | None = None


class FlowRunCreate(NewFlowRun):
    """A flow run to be made."""

    flow_id: UUID
    deployment_id: UUID | None = None
    flow_version: Text | None = None
    work_pool_name: Text | None = None


class DeploymentFlowRunCreate(NewFlowRun):
    """A flow run to be made of a deployment."""

    enforce_parameter_schema: bool | None = None


class FlowRunUpdate(Request):
    """Changes to a flow run."""

    name: Text | None = None
    flow_version: Text | None = None
    parameters: JsonObject = Field(default_factory=dict)
    empirical_policy: FlowRunPolicy = Field(default_factory=FlowRunPolicy)
    tags: list[Text] = Field(default_factory=list)
    infrastructure_pid: Text | None = None
    job_variables: JsonObject | None = None


class FlowRunPaginationResponse(Page):
    """A page of flow runs."""

    results: list[FlowRunResponse]


class FlowRunBulkDeleteResponse(Shape):
    """The flow runs that were deleted."""

    deleted: list[UUID] = Field(default_factory=list)


class FlowRunOrchestrationResult(OrchestrationResult):
    """What the server decided about one of several flow runs."""

    flow_run_id: UUID


class FlowRunBulkSetStateResponse(Shape):
    """What the server decided about each flow run."""

    results: list[FlowRunOrchestrationResult] = Field(default_factory=list)


class FlowRunCreateResult(Shape):
    """What became of one of several flow runs to be made."""

    error: Text | None = None
    flow_run_id: UUID | None = None
    status: Literal["CREATED", "FAILED"]


class FlowRunBulkCreateResponse(Shape):
    """What became of each flow run to be made."""

    results: list[FlowRunCreateResult] = Field(default_factory=list)


class FlowRunInput(Record):
    """A value that was sent to a flow run while it ran; `value` is JSON text."""

    flow_run_id: UUID
    key: Annotated[Text, AfterValidator(raise_on_name_alphanumeric_dashes_only)]
    value: Text
    sender: Text | None = None

    @property
    def decoded_value(self) -> object:
        """The value itself."""
        return json.loads(self.value)
