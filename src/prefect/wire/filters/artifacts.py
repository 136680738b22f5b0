"""Which artifacts, and which newest artifacts of a key."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Filter, Text
from prefect.wire.filters.common import Combined


class ArtifactFilterFlowRunId(Filter):
    """Which artifacts, by the flow run they belong to."""

    any_: list[UUID] | None = None


class ArtifactFilterId(Filter):
    """Which artifacts, by id."""

    any_: list[UUID] | None = None


class ArtifactFilterKey(Filter):
    """Which artifacts, by key."""

    any_: list[Text] | None = None
    like_: Text | None = None
    exists_: bool | None = None


class ArtifactFilterTaskRunId(Filter):
    """Which artifacts, by the task run they belong to."""

    any_: list[UUID] | None = None


class ArtifactFilterType(Filter):
    """Which artifacts, by type."""

    any_: list[Text] | None = None
    not_any_: list[Text] | None = None


class ArtifactCollectionFilterFlowRunId(Filter):
    """Which newest artifacts of a key, by the flow run they belong to."""

    any_: list[UUID] | None = None


class ArtifactCollectionFilterKey(Filter):
    """Which newest artifacts of a key, by key."""

    any_: list[Text] | None = None
    like_: Text | None = None
    exists_: bool | None = None


class ArtifactCollectionFilterLatestId(Filter):
    """Which newest artifacts of a key, by the id of the newest."""

    any_: list[UUID] | None = None


class ArtifactCollectionFilterTaskRunId(Filter):
    """Which newest artifacts of a key, by the task run they belong to."""

    any_: list[UUID] | None = None


class ArtifactCollectionFilterType(Filter):
    """Which newest artifacts of a key, by type."""

    any_: list[Text] | None = None
    not_any_: list[Text] | None = None


class ArtifactFilter(Combined):
    """Which artifacts."""

    id: ArtifactFilterId | None = None
    key: ArtifactFilterKey | None = None
    flow_run_id: ArtifactFilterFlowRunId | None = None
    task_run_id: ArtifactFilterTaskRunId | None = None
    type: ArtifactFilterType | None = None


class ArtifactCollectionFilter(Combined):
    """Which newest artifacts of a key."""

    latest_id: ArtifactCollectionFilterLatestId | None = None
    key: ArtifactCollectionFilterKey | None = None
    flow_run_id: ArtifactCollectionFilterFlowRunId | None = None
    task_run_id: ArtifactCollectionFilterTaskRunId | None = None
    type: ArtifactCollectionFilterType | None = None
