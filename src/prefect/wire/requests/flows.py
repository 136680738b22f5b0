"""What the routes of flows read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Body, NonNegativeInteger, PageLimit, PageNumber
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.sorting import FlowSort
from prefect.wire.requests.related import RelatedToPools


class FlowsFilterBody(RelatedToPools):
    """Which flows, in which order, from which on."""

    sort: FlowSort = FlowSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class FlowsPageBody(RelatedToPools):
    """A page of flows."""

    sort: FlowSort = FlowSort.NAME_ASC
    page: PageNumber = 1
    limit: PageLimit = None


class FlowsCountBody(RelatedToPools):
    """Which flows to count."""


class FlowsBulkDeleteBody(Body):
    """Which flows to delete."""

    flows: FlowFilter | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class DeploymentsByFlowBody(Body):
    """Flows whose deployments to count."""

    flow_ids: list[UUID]


class NextRunsByFlowBody(Body):
    """Flows whose next runs to find."""

    flow_ids: list[UUID]
