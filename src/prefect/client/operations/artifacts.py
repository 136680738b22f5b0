"""Artifacts, and the newest one of each key."""

from __future__ import annotations

from typing import TypedDict, Unpack
from uuid import UUID

from prefect.client.calls import MISSING, Call, conditions, given, known, many, nothing, one, path, searching
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactFilter, FlowRunFilter, TaskRunFilter
from prefect.client.schemas.objects import Artifact, ArtifactCollection
from prefect.client.schemas.sorting import ArtifactCollectionSort, ArtifactSort


class ArtifactReadParams(TypedDict, total=False):
    """Which artifacts, in which order, from which on."""

    artifact_filter: ArtifactFilter | None
    flow_run_filter: FlowRunFilter | None
    task_run_filter: TaskRunFilter | None
    sort: ArtifactSort | None
    limit: int | None
    offset: int


class ArtifactCollectionReadParams(TypedDict, total=False):
    """Of which keys, in which order, from which on."""

    artifact_filter: ArtifactCollectionFilter | None
    flow_run_filter: FlowRunFilter | None
    task_run_filter: TaskRunFilter | None
    sort: ArtifactCollectionSort | None
    limit: int | None
    offset: int


def create_artifact(artifact: ArtifactCreate) -> Call[Artifact]:
    """Make an artifact."""
    return Call("POST", "/artifacts/", one(Artifact), body=given(artifact))


def update_artifact(artifact_id: UUID, artifact: ArtifactUpdate) -> Call[None]:
    """Change what is given of an artifact. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", path("/artifacts/{}", artifact_id), nothing, body=given(artifact))


def delete_artifact(artifact_id: UUID) -> Call[None]:
    """Delete an artifact. Raises ObjectNotFound."""
    return Call("DELETE", path("/artifacts/{}", artifact_id), nothing, refusals=MISSING)


def read_artifacts(**kwargs: Unpack[ArtifactReadParams]) -> Call[list[Artifact]]:
    """The artifacts that meet all the filters."""
    return searching("/artifacts/filter", many(Artifact), _body(**kwargs))


def read_latest_artifacts(**kwargs: Unpack[ArtifactCollectionReadParams]) -> Call[list[ArtifactCollection]]:
    """The newest artifact of each key that meets all the filters."""
    return searching("/artifacts/latest/filter", many(ArtifactCollection), _body(**kwargs))


def _body(
    *,
    artifact_filter: ArtifactFilter | ArtifactCollectionFilter | None = None,
    flow_run_filter: FlowRunFilter | None = None,
    task_run_filter: TaskRunFilter | None = None,
    sort: ArtifactSort | ArtifactCollectionSort | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> dict[str, object]:
    filters = conditions(artifacts=artifact_filter, flow_runs=flow_run_filter, task_runs=task_run_filter)
    return {**filters, **known(sort=sort, limit=limit, offset=offset)}
