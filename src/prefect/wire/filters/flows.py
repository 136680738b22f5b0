"""Which flows."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Filter, Text
from prefect.wire.filters.common import Combined


class FlowFilterDeployment(Combined):
    """Which flows, by whether they have deployments."""

    is_null_: bool | None = None


class FlowFilterId(Filter):
    """Which flows, by id."""

    any_: list[UUID] | None = None
    not_any_: list[UUID] | None = None


class FlowFilterName(Filter):
    """Which flows, by name."""

    any_: list[Text] | None = None
    like_: Text | None = None


class FlowFilterTags(Combined):
    """Which flows, by tags."""

    all_: list[Text] | None = None
    is_null_: bool | None = None


class FlowFilter(Combined):
    """Which flows."""

    id: FlowFilterId | None = None
    name: FlowFilterName | None = None
    tags: FlowFilterTags | None = None
    deployment: FlowFilterDeployment | None = None
