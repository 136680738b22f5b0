"""Which deployments."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Filter, Integer, Text
from prefect.wire.filters.common import Combined


class DeploymentOrFlowNameFilter(Filter):
    """Which deployments, by their own or their flow's name."""

    like_: Text | None = None


class DeploymentFilterConcurrencyLimit(Filter):
    """Which deployments, by concurrency limit."""

    ge_: Integer | None = None
    le_: Integer | None = None
    is_null_: bool | None = None


class DeploymentFilterId(Filter):
    """Which deployments, by id."""

    any_: list[UUID] | None = None
    not_any_: list[UUID] | None = None


class DeploymentFilterName(Filter):
    """Which deployments, by name."""

    any_: list[Text] | None = None
    like_: Text | None = None


class DeploymentFilterPaused(Filter):
    """Which deployments, by whether they are paused."""

    eq_: bool | None = None


class DeploymentFilterTags(Combined):
    """Which deployments, by tags."""

    all_: list[Text] | None = None
    any_: list[Text] | None = None
    is_null_: bool | None = None


class DeploymentFilterWorkQueueName(Filter):
    """Which deployments, by the name of their work queue."""

    any_: list[Text] | None = None


class DeploymentFilter(Combined):
    """Which deployments."""

    id: DeploymentFilterId | None = None
    name: DeploymentFilterName | None = None
    tags: DeploymentFilterTags | None = None
    work_queue_name: DeploymentFilterWorkQueueName | None = None
    concurrency_limit: DeploymentFilterConcurrencyLimit | None = None
    flow_or_deployment_name: DeploymentOrFlowNameFilter | None = None
    paused: DeploymentFilterPaused | None = None
