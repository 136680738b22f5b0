"""Artifacts: what runs leave for people to look at."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from prefect.types.names import raise_on_name_alphanumeric_dashes_only
from prefect.wire.base import Json, Record, Request, Text

MAX_METADATA_LENGTH = 500
"""Characters that a value of an artifact's metadata keeps; the rest is cut off."""


def _cut(value: str) -> str:
    return value if len(value) <= MAX_METADATA_LENGTH else value[:MAX_METADATA_LENGTH] + "..."


def _dashes_only(key: str | None) -> str | None:
    return raise_on_name_alphanumeric_dashes_only(key, field_name="Artifact key")


ArtifactKey = Annotated[Text, AfterValidator(_dashes_only)]
Metadata = dict[str, Annotated[Text, AfterValidator(_cut)]]


class Artifact(Record):
    """Something that a run left to look at."""

    key: Text | None = None
    type: Text | None = None
    description: Text | None = None
    data: Json = None
    metadata_: Metadata | None = None
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None


class ArtifactCollection(Artifact):
    """The newest artifact of a key."""

    key: Text
    latest_id: UUID


class ArtifactCreate(Request):
    """An artifact to be made."""

    key: ArtifactKey | None = None
    type: Text | None = None
    description: Text | None = None
    data: Json = None
    metadata_: Metadata | None = None
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None


class ArtifactUpdate(Request):
    """Changes to an artifact."""

    data: Json = None
    description: Text | None = None
    metadata_: Metadata | None = None
