"""Work pools: where deployments run."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from prefect.types.names import non_emptyish
from prefect.wire.base import Integer, JsonObject, Name, NonNegativeInteger, Record, Request, Text
from prefect.wire.work.status import WorkPoolStatus

DEFAULT_AGENT_WORK_POOL_NAME = "default-agent-pool"


def _not_blank(name: object) -> object:
    return non_emptyish(name) if isinstance(name, str) else name


class WorkPoolStorageConfiguration(Request):
    """How a work pool moves code to its workers."""

    bundle_upload_step: JsonObject | None = None
    bundle_execution_step: JsonObject | None = None
    default_result_storage_block_id: UUID | None = None


class WorkPool(Record):
    """A place to run deployments in: a kind of infrastructure and its defaults."""

    type: Text
    name: Name
    active_slots: Integer | None = None
    base_job_template: JsonObject = Field(default_factory=dict)
    concurrency_limit: NonNegativeInteger | None = None
    default_queue_id: UUID | None = None
    description: Text | None = None
    is_paused: bool = False
    status: WorkPoolStatus | None = None
    storage_configuration: WorkPoolStorageConfiguration = Field(default_factory=WorkPoolStorageConfiguration)

    @property
    def is_push_pool(self) -> bool:
        """Whether Prefect Cloud pushes its runs to a service, rather than a worker taking them."""
        return self.type.endswith(":push")

    @property
    def is_managed_pool(self) -> bool:
        """Whether Prefect Cloud runs its flows itself."""
        return self.type.endswith(":managed")


class WorkPoolResponse(WorkPool):
    """A work pool as the server answers it."""


class WorkPoolCreate(Request):
    """A work pool to be made."""

    name: Annotated[Name, BeforeValidator(_not_blank)]
    description: Text | None = None
    type: Text = "prefect-agent"
    base_job_template: JsonObject = Field(default_factory=dict)
    is_paused: bool = False
    concurrency_limit: NonNegativeInteger | None = None
    storage_configuration: WorkPoolStorageConfiguration = Field(default_factory=WorkPoolStorageConfiguration)


class WorkPoolUpdate(Request):
    """Changes to a work pool."""

    description: Text | None = None
    is_paused: bool | None = None
    base_job_template: JsonObject | None = None
    concurrency_limit: NonNegativeInteger | None = None
    storage_configuration: WorkPoolStorageConfiguration | None = None
