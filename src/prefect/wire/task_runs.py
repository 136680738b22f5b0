"""Task runs: their records, what creates and changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from prefect.core.lifecycle.states import StateType
from prefect.wire.base import GivenName, Integer, Labels, Moment, Page, Record, Request, Seconds, Shape, Text, new_name
from prefect.wire.run_inputs import TaskInput
from prefect.wire.states import HeldState, StateCreate

MAX_RETRY_DELAYS = 50
LONGEST_CACHE_KEY = 2000


class TaskRunPolicy(Shape):
    """How a task run is retried."""

    max_retries: Integer = 0
    retry_delay_seconds: float = 0
    retries: Integer | None = None
    retry_delay: Integer | float | list[Integer] | list[float] | None = None
    retry_jitter_factor: float | None = None

    @field_validator("retry_delay")
    @classmethod
    def _few_delays(cls, delay: int | float | list[int] | list[float] | None) -> object:
        if isinstance(delay, list) and len(delay) > MAX_RETRY_DELAYS:
            raise ValueError(f"Can not configure more than {MAX_RETRY_DELAYS} retry delays per task.")
        return delay

    @field_validator("retry_jitter_factor")
    @classmethod
    def _no_negative_jitter(cls, factor: float | None) -> float | None:
        if factor is not None and factor < 0:
            raise ValueError("`retry_jitter_factor` must be >= 0.")
        return factor

    @model_validator(mode="after")
    def _from_older_names(self) -> Self:
        if not self.retries and self.max_retries:
            self.retries = self.max_retries
        if not self.retry_delay and self.retry_delay_seconds:
            self.retry_delay = self.retry_delay_seconds
        return self


class TaskRunResponse(Record):
    """A task run as pages show it."""

    name: GivenName = Field(default_factory=new_name)
    empirical_policy: TaskRunPolicy = Field(default_factory=TaskRunPolicy)
    end_time: Moment | None = None
    estimated_run_time: Seconds = timedelta(0)
    estimated_start_time_delta: Seconds = timedelta(0)
    flow_run_id: UUID | None = None
    start_time: Moment | None = None
    state: HeldState | None = None
    state_id: UUID | None = None
    tags: list[Text] = Field(default_factory=list)
    task_inputs: dict[str, list[TaskInput]] = Field(default_factory=dict)
    task_key: Text
    task_version: Text | None = None
    total_run_time: Seconds = timedelta(0)


class TaskRun(TaskRunResponse):
    """One call of a task."""

    dynamic_key: Text
    cache_key: Text | None = None
    cache_expiration: Moment | None = None
    labels: Labels = Field(default_factory=dict)
    state_type: StateType | None = None
    state_name: Text | None = None
    run_count: Integer = 0
    flow_run_run_count: Integer = 0
    expected_start_time: Moment | None = None
    next_scheduled_start_time: Moment | None = None


class UITaskRun(TaskRun):
    """A task run with the name of its flow run."""

    flow_run_name: Text | None = None


class TaskRunCreate(Request):
    """A task run to be made."""

    id: UUID | None = None
    state: StateCreate | None = None
    name: GivenName = Field(default_factory=new_name)
    flow_run_id: UUID | None = None
    task_key: Text
    dynamic_key: Text
    cache_key: Text | None = None
    cache_expiration: Moment | None = None
    task_version: Text | None = None
    empirical_policy: TaskRunPolicy = Field(default_factory=TaskRunPolicy)
    tags: list[Text] = Field(default_factory=list)
    labels: Labels = Field(default_factory=dict)
    task_inputs: dict[str, list[TaskInput]] = Field(default_factory=dict)

    @field_validator("cache_key")
    @classmethod
    def _short_cache_key(cls, key: str | None) -> str | None:
        if key is not None and len(key) > LONGEST_CACHE_KEY:
            raise ValueError(f"Cache key exceeded maximum allowed length of {LONGEST_CACHE_KEY} characters.")
        return key


class TaskRunUpdate(Request):
    """Changes to a task run."""

    name: GivenName = Field(default_factory=new_name)


class TaskRunPaginationResponse(Page):
    """A page of task runs."""

    results: list[TaskRunResponse]
