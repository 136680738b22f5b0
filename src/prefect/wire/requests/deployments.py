"""What the routes of deployments read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from prefect.wire.base import (
    Body,
    GivenMoment,
    GivenSeconds,
    NonNegativeInteger,
    PageLimit,
    PageNumber,
)
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.sorting import DeploymentSort
from prefect.wire.requests.related import RelatedToQueues


class DeploymentsFilterBody(RelatedToQueues):
    """Which deployments, in which order, from which on."""

    sort: DeploymentSort = DeploymentSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class DeploymentsPageBody(RelatedToQueues):
    """A page of deployments."""

    sort: DeploymentSort = DeploymentSort.NAME_ASC
    page: PageNumber = 1
    limit: PageLimit = None


class DeploymentsCountBody(RelatedToQueues):
    """Which deployments to count."""


class DeploymentsBulkDeleteBody(Body):
    """Which deployments to delete."""

    deployments: DeploymentFilter | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class ScheduledFlowRunsBody(Body):
    """Deployments whose next runs to return."""

    deployment_ids: list[UUID]
    scheduled_before: GivenMoment = None
    limit: PageLimit = None


class DeploymentScheduleBody(Body):
    """Which runs of a deployment to make ahead of time."""

    start_time: GivenMoment = None
    end_time: GivenMoment = None
    min_time: GivenSeconds = None
    min_runs: PageLimit = None
    max_runs: PageLimit = None
