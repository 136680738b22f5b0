"""From an event as a client sends it to the record that is stored."""

from __future__ import annotations

from prefect.core.records.events import EventRecord
from prefect.core.times import to_micros
from prefect.server.http.errors import invalid
from prefect.wire.events.records import Event

MOST_RELATED = 100
LARGEST_EVENT = 1_500_000
"""Bytes of one event."""


def record_of(event: Event, received: int, place: tuple[str | int, ...] = ()) -> EventRecord:
    """The event as it is stored. Raises InvalidRequest, naming its `place`, if too much is related to it."""
    if len(event.related) > MOST_RELATED:
        message = f"Value error, The maximum number of related resources is {MOST_RELATED}"
        raise invalid((*place, "related"), message)
    return EventRecord(
        event.id,
        event.event,
        event.resource.root,
        [labels.root for labels in event.related],
        event.payload,
        to_micros(event.occurred),
        received,
        event.follows,
    )
