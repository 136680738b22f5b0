"""Emitting events: appended to the journal like everything that is recorded, so that none is lost while a server is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.connect import current_runtime
from prefect.core.journal import EVENT, EVENT_RESOURCE
from prefect.core.records.events import EventRecord
from prefect.core.times import to_micros
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.logs.masking import mask_plain
from prefect.engine.runtime import Runtime
from prefect.events.related import resources_of_context
from prefect.events.schemas.events import Event, RelatedResource, Resource

__all__ = ["TIGHT_TIMING", "emit_event"]

TIGHT_TIMING = timedelta(minutes=5)
"""An event follows another only if it comes within this time of it."""


def emit_event(
    event: str,
    resource: dict[str, str],
    occurred: datetime | None = None,
    related: Sequence[dict[str, str] | RelatedResource] | None = None,
    payload: dict[str, Any] | None = None,
    id: UUID | None = None,
    follows: Event | None = None,
    **kwargs: Any,
) -> Event:
    """Record that something happened; returns the event.

    Args:
        event: its name, such as `report.published`.
        resource: labels of what it happened to, `prefect.resource.id` among them.
        occurred: when; now if not given.
        related: labels of what else took part, each with its `prefect.resource.role`. Within a run, the run, its flow
            and its tags are added.
        payload: anything else, as JSON.
        id: the event's id; made if not given.
        follows: the event before it; noted if they are at most five minutes apart.
        kwargs: further fields of `Event`.

    Raises ValidationError for what cannot be an event.
    """
    given: dict[str, Any] = {"event": event, "resource": Resource(resource), "payload": payload or {}, **kwargs}
    given |= {name: value for name, value in (("occurred", occurred), ("id", id)) if value is not None}
    emitted = Event(related=[_related(labels) for labels in related or ()], **given)
    if follows is not None and abs(emitted.occurred - follows.occurred) < TIGHT_TIMING:
        emitted.follows = follows.id
    known = {emitted.resource.id, *(labels.id for labels in emitted.related)}
    emitted.related += [RelatedResource(dict(labels)) for labels in resources_of_context(known)]
    record_event(emitted)
    return emitted


def _related(labels: Mapping[str, str] | RelatedResource) -> RelatedResource:
    return labels if isinstance(labels, RelatedResource) else RelatedResource(dict(labels))


def record_event(event: Event) -> None:
    """Append an event to the journal; outside of runs, wait until it is written."""
    runtime, within_run = _runtime()
    record = EventRecord(
        event.id,
        event.event,
        event.resource.root,
        [labels.root for labels in event.related],
        mask_plain(event.payload),
        to_micros(event.occurred),
        runtime.clock.now(),
        event.follows,
    )
    runtime.backend.record(EVENT, record.row())
    for row in record.resource_rows():
        runtime.backend.record(EVENT_RESOURCE, row)
    if not within_run:
        runtime.backend.flush()


def _runtime() -> tuple[Runtime, bool]:
    """What to record with, and whether code of a run asks."""
    context = TaskRunContext.current.get() or FlowRunContext.current.get()
    return (current_runtime(), False) if context is None else (context.runtime, True)
