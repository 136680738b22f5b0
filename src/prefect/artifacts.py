"""Artifacts: tables, texts, links, pictures and progress bars that a run shows to people.

Within runs an artifact is appended to the journal and nobody waits for the disk; reading one waits until everything
recorded so far is there.
"""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar
from uuid import UUID

from prefect.connect import current_runtime
from prefect.core.journal import ARTIFACT
from prefect.core.records.artifacts import ArtifactRecord, key_problem
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.dispatch import dispatched
from prefect.engine.logs.masking import mask, mask_plain
from prefect.engine.runtime import Runtime
from prefect.utilities.invalid import validation_error
from prefect.utilities.twins import twin

__all__ = [
    "Artifact",
    "ImageArtifact",
    "LinkArtifact",
    "MarkdownArtifact",
    "ProgressArtifact",
    "TableArtifact",
    "acreate_image_artifact",
    "acreate_link_artifact",
    "acreate_markdown_artifact",
    "acreate_progress_artifact",
    "acreate_table_artifact",
    "aupdate_progress_artifact",
    "create_image_artifact",
    "create_link_artifact",
    "create_markdown_artifact",
    "create_progress_artifact",
    "create_table_artifact",
    "update_progress_artifact",
]

Table = dict[str, list[Any]] | list[dict[str, Any]] | list[list[Any]]


def _runtime() -> tuple[Runtime, bool]:
    """What to record with, and whether code of a run asks."""
    task, flow = TaskRunContext.current.get(), FlowRunContext.current.get()
    context = task or flow
    return (current_runtime(), False) if context is None else (context.runtime, True)


def _runs() -> tuple[UUID | None, UUID | None]:
    task, flow = TaskRunContext.current.get(), FlowRunContext.current.get()
    return (None if flow is None else flow.flow_run.id), (None if task is None else task.task_run.id)


def _format(self: Artifact) -> object:
    """What is stored as data: JSON text for anything but a kind of its own."""
    return self.formatted()


def _create(self: Artifact, client: object = None) -> Artifact:
    """Record the artifact as one of the current run, if there is one; returns it with its id."""
    runtime, within_run = _runtime()
    moment = runtime.clock.now()
    flow_run_id, task_run_id = _runs()
    record = ArtifactRecord(
        id=runtime.clock.new_id(),
        key=self.key,
        type=self.type,
        data=json.dumps(mask_plain(self.formatted())),
        description=None if self.description is None else mask(self.description),
        metadata=None if self.metadata_ is None else json.dumps(mask_plain(self.metadata_)),
        flow_run_id=self.flow_run_id or flow_run_id,
        task_run_id=self.task_run_id or task_run_id,
        created=moment,
        updated=moment,
    )
    runtime.backend.record(ARTIFACT, record.row())
    if not within_run:
        runtime.backend.flush()
    return _made(record)


def _get(_cls: type[Artifact], key: str | None = None, client: object = None) -> Artifact | None:
    """The newest artifact of a key, or of all without one; None if there is none."""
    record = _runtime()[0].backend.newest_artifact(key)
    return None if record is None else _made(record)


def _get_or_create(
    cls: type[Artifact],
    /,
    key: str | None = None,
    description: str | None = None,
    data: Any = None,
    client: Any = None,
    **kwargs: Any,
) -> tuple[Artifact, bool]:
    """The newest artifact of a key and False, or else a new one and True.

    Args:
        kwargs: further fields of a new artifact, such as `type`, or `markdown` of a MarkdownArtifact.
    """
    found = _get(cls, key)
    if found is not None:
        return found, False
    return _create(cls(key=key, description=description, data=data, **kwargs)), True


class Artifact:
    """Something a run shows.

    Args:
        key: lowercase letters, digits and dashes; artifacts of one key are versions of one thing.
        type: what it is, such as `markdown`.
        description: Markdown shown beside it.
        data: anything JSON can hold.
        metadata_: texts by name.
        flow_run_id, task_run_id: whose it is; the current runs' unless given.

    Raises a pydantic `ValidationError` for a key with other characters. Methods block, or give an awaitable in
    asynchronous code; those that begin with `a` always await.
    """

    kind: ClassVar[str | None] = None
    own_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        key: str | None = None,
        type: str | None = None,
        description: str | None = None,
        data: Any = None,
        metadata_: dict[str, str] | None = None,
        flow_run_id: UUID | None = None,
        task_run_id: UUID | None = None,
        id: UUID | None = None,
    ) -> None:
        problem = key_problem(key)
        if problem is not None:
            raise validation_error(self.__class__.__name__, "key", key, problem)
        self.id = id
        self.key = key
        self.type = type or self.kind
        self.description = description
        self.data = data
        self.metadata_ = metadata_
        self.flow_run_id = flow_run_id
        self.task_run_id = task_run_id

    format = dispatched(_format)
    aformat = twin(_format)
    create = dispatched(_create)
    acreate = twin(_create)
    get = classmethod(dispatched(_get))
    aget = classmethod(twin(_get))
    get_or_create = classmethod(dispatched(_get_or_create))
    aget_or_create = classmethod(twin(_get_or_create))

    def formatted(self) -> Any:
        """What is stored as data."""
        return json.dumps(mask_plain(self.data))

    def model_dump(self) -> dict[str, Any]:
        """All fields by name."""
        names = ("key", "type", "description", "data", "metadata_", "flow_run_id", "task_run_id", *self.own_fields)
        given = {name: getattr(self, name) for name in names}
        return given if self.id is None else {"id": self.id, **given}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Artifact) and self.model_dump() == other.model_dump()

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.model_dump().items())
        return f"{type(self).__name__}({fields})"


def _made(record: ArtifactRecord) -> Artifact:
    return Artifact(
        key=record.key,
        type=record.type,
        description=record.description,
        data=None if record.data is None else json.loads(record.data),
        metadata_=None if record.metadata is None else json.loads(record.metadata),
        flow_run_id=record.flow_run_id,
        task_run_id=record.task_run_id,
        id=record.id,
    )


class MarkdownArtifact(Artifact):
    """A text in Markdown."""

    kind = "markdown"
    own_fields = ("markdown",)

    def __init__(self, markdown: str, **fields: Any) -> None:
        super().__init__(**fields)
        self.markdown = markdown

    def formatted(self) -> str:
        """The text."""
        return self.markdown


class LinkArtifact(Artifact):
    """A link."""

    kind = "markdown"
    own_fields = ("link", "link_text")

    def __init__(self, link: str, link_text: str | None = None, **fields: Any) -> None:
        super().__init__(**fields)
        self.link = link
        self.link_text = link_text

    def formatted(self) -> str:
        """The link in Markdown."""
        return f"[{self.link_text or self.link}]({self.link})"


class TableArtifact(Artifact):
    """A table: lists by column, or a list of rows that are dicts or lists.

    Raises a pydantic `ValidationError` for anything else.
    """

    kind = "table"
    own_fields = ("table",)

    def __init__(self, table: Table, **fields: Any) -> None:
        super().__init__(**fields)
        _check_table(table)
        self.table = table

    def formatted(self) -> str:
        """The table as JSON text; numbers that are none become null. Raises TypeError for what JSON cannot hold."""
        return json.dumps(mask_plain(_without_nan(self.table)))


def _check_table(table: object) -> None:
    if not isinstance(table, (dict, list)):
        problem = "A table is a dict of columns, or a list of rows that are dicts or lists."
        raise validation_error("TableArtifact", "table", table, problem)


def _without_nan(item: object) -> object:
    if isinstance(item, list):
        return [_without_nan(each) for each in item]
    if isinstance(item, dict):
        return {key: _without_nan(value) for key, value in item.items()}
    return None if isinstance(item, float) and math.isnan(item) else item


class ProgressArtifact(Artifact):
    """A bar of progress, in percent."""

    kind = "progress"
    own_fields = ("progress",)

    def __init__(self, progress: float, **fields: Any) -> None:
        super().__init__(**fields)
        self.progress = progress

    def formatted(self) -> float:
        """The percentage, no less than 0 and no more than 100."""
        return _percent(self.progress)


def _percent(progress: float) -> float:
    return min(max(0.0, progress), 100.0)


class ImageArtifact(Artifact):
    """A picture that stands at an address."""

    kind = "image"
    own_fields = ("image_url",)

    def __init__(self, image_url: str, **fields: Any) -> None:
        super().__init__(**fields)
        self.image_url = image_url

    def formatted(self) -> str:
        """The address."""
        return self.image_url


# --- in one call


def _identity(artifact: Artifact) -> UUID:
    created = _create(artifact)
    assert created.id is not None
    return created.id


def _create_link_artifact(
    link: str,
    link_text: str | None = None,
    key: str | None = None,
    description: str | None = None,
    client: object = None,
) -> UUID:
    """Show a link; returns the artifact's id."""
    return _identity(LinkArtifact(link, link_text, key=key, description=description))


def _create_markdown_artifact(markdown: str, key: str | None = None, description: str | None = None) -> UUID:
    """Show a text in Markdown; returns the artifact's id."""
    return _identity(MarkdownArtifact(markdown, key=key, description=description))


def _create_table_artifact(table: Table, key: str | None = None, description: str | None = None) -> UUID:
    """Show a table: lists by column, or a list of rows that are dicts or lists; returns the artifact's id."""
    return _identity(TableArtifact(table, key=key, description=description))


def _create_progress_artifact(progress: float, key: str | None = None, description: str | None = None) -> UUID:
    """Show a bar of progress, in percent; returns the artifact's id, for `update_progress_artifact`."""
    return _identity(ProgressArtifact(progress, key=key, description=description))


def _create_image_artifact(image_url: str, key: str | None = None, description: str | None = None) -> UUID:
    """Show a picture that stands at an address; returns the artifact's id."""
    return _identity(ImageArtifact(image_url, key=key, description=description))


def _update_progress_artifact(
    artifact_id: UUID, progress: float, description: str | None = None, client: object = None
) -> UUID:
    """Move a bar of progress, and change its description if one is given; returns its id. Raises ObjectNotFound."""
    identity = UUID(str(artifact_id))
    _runtime()[0].backend.update_artifact(identity, json.dumps(_percent(progress)), description)
    return identity


create_link_artifact = dispatched(_create_link_artifact)
create_markdown_artifact = dispatched(_create_markdown_artifact)
create_table_artifact = dispatched(_create_table_artifact)
create_progress_artifact = dispatched(_create_progress_artifact)
create_image_artifact = dispatched(_create_image_artifact)
update_progress_artifact = dispatched(_update_progress_artifact)
acreate_link_artifact = twin(_create_link_artifact)
acreate_markdown_artifact = twin(_create_markdown_artifact)
acreate_table_artifact = twin(_create_table_artifact)
acreate_progress_artifact = twin(_create_progress_artifact)
acreate_image_artifact = twin(_create_image_artifact)
aupdate_progress_artifact = twin(_update_progress_artifact)
