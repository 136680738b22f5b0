"""Pages of events."""

from __future__ import annotations

from prefect.wire.events.records import EventPage, ReceivedEvent

__all__ = [
    "EventPage",
    "ReceivedEvent",
]
