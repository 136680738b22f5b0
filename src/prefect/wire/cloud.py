"""What Prefect's clients know and its server doesn't: fields and objects of Prefect Cloud, and clients' wider defaults.

The classes named like those of other modules are what users of `prefect.client.schemas` hold. They add fields to the
server's, so a client takes what either answers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.networks import IPvAnyNetwork

from prefect.wire import deployments, logs
from prefect.wire.base import JsonObject, Moment, Name, Record, Request, Shape, Text, new_name
from prefect.wire.deployments import DeploymentUpdate, VersionInfo
from prefect.wire.events.resources import RelatedResource

CLOUD_API_URL = "https://api.prefect.cloud/api"
CLOUD_UI_URL = "https://app.prefect.cloud"


def _as_texts(values: object) -> object:
    return [str(value) for value in values] if isinstance(values, (list, tuple, set)) else values


def _empty_schema() -> dict[str, object]:
    return {"type": "object", "properties": {}}


class DeploymentSort(StrEnum):
    """Orders of deployments."""

    CREATED_DESC = "CREATED_DESC"
    UPDATED_DESC = "UPDATED_DESC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CONCURRENCY_LIMIT_ASC = "CONCURRENCY_LIMIT_ASC"
    CONCURRENCY_LIMIT_DESC = "CONCURRENCY_LIMIT_DESC"


class LogCreate(logs.LogCreate):
    """A line to be recorded."""

    worker_id: UUID | None = None


class Deployment(deployments.DeploymentRecord):
    """A flow with what is needed to run it elsewhere."""

    name: Name
    version_id: UUID | None = None
    version_info: VersionInfo | None = None


class DeploymentResponse(deployments.DeploymentResponse):
    """A deployment as a server answers it."""

    version_id: UUID | None = None
    version_info: VersionInfo | None = None
    branch: Text | None = None
    base: UUID | None = None
    root: UUID | None = None

    def as_related_resource(self, role: str = "deployment") -> RelatedResource:
        """The deployment as a resource of an event."""
        return RelatedResource(
            {
                "prefect.resource.id": f"prefect.deployment.{self.id}",
                "prefect.resource.role": role,
                "prefect.resource.name": self.name,
            }
        )


class DeploymentCreate(deployments.DeploymentCore):
    """A deployment that a client asks for; what is None is left to the server."""

    paused: bool | None = None
    enforce_parameter_schema: bool | None = None
    parameter_openapi_schema: JsonObject | None = Field(default_factory=_empty_schema)
    tags: Annotated[list[Text], BeforeValidator(_as_texts)] = Field(default_factory=list)
    branch: Text | None = None
    base: UUID | None = None
    root: UUID | None = None


class BranchingScheduleHandling(StrEnum):
    """What becomes of schedules when a deployment is branched."""

    KEEP = "keep"
    REMOVE = "remove"
    INACTIVE = "inactive"


class DeploymentBranchingOptions(Record):
    """How a deployment is branched."""

    schedule_handling: BranchingScheduleHandling = BranchingScheduleHandling.REMOVE


class DeploymentBranch(Request):
    """A branch of a deployment to be made."""

    branch: Annotated[Text, Field(min_length=1)]
    options: DeploymentBranchingOptions = Field(default_factory=DeploymentBranchingOptions)
    overrides: DeploymentUpdate | None = None


class Agent(Record):
    """A process of Prefect 1 and 2 that took runs from queues."""

    name: Text = Field(default_factory=new_name)
    work_queue_id: UUID
    last_activity_time: Moment | None = None


class Configuration(Record):
    """A value that the server keeps about itself."""

    key: Text
    value: JsonObject


class IPAllowlistEntry(Shape):
    """A network that may reach an account."""

    ip_network: IPvAnyNetwork
    enabled: bool
    description: Text | None = None
    last_seen: Text | None = None


class IPAllowlist(Shape):
    """The networks that may reach an account."""

    entries: list[IPAllowlistEntry]


class IPAllowlistMyAccessResponse(Shape):
    """Whether the caller's own address may reach an account."""

    allowed: bool
    detail: Text


class Workspace(Shape):
    """A workspace of Prefect Cloud."""

    model_config = ConfigDict(extra="ignore")

    account_id: UUID
    account_name: Text
    account_handle: Text
    workspace_id: UUID
    workspace_name: Text
    workspace_description: Text
    workspace_handle: Text

    @property
    def handle(self) -> str:
        """`account/workspace`."""
        return f"{self.account_handle}/{self.workspace_handle}"

    def api_url(self) -> str:
        """Address of the workspace's API."""
        return f"{CLOUD_API_URL}/accounts/{self.account_id}/workspaces/{self.workspace_id}"

    def ui_url(self) -> str:
        """Address of the workspace's pages."""
        return f"{CLOUD_UI_URL}/account/{self.account_id}/workspace/{self.workspace_id}"

    def __hash__(self) -> int:
        return hash(self.handle)
