"""Which events, and which automations."""

from __future__ import annotations

from prefect.wire.events.records import Event
from prefect.wire.filters import events as wire
from prefect.wire.filters.automations import (
    AutomationFilter,
    AutomationFilterCreated,
    AutomationFilterId,
    AutomationFilterName,
    AutomationFilterTags,
)
from prefect.wire.filters.events import (
    EventAnyResourceFilter,
    EventIDFilter,
    EventNameFilter,
    EventOccurredFilter,
    EventOrder,
    EventRelatedFilter,
    EventResourceFilter,
    EventTextFilter,
)
from prefect.wire.filters.matching import matcher

__all__ = [
    "AutomationFilter",
    "AutomationFilterCreated",
    "AutomationFilterId",
    "AutomationFilterName",
    "AutomationFilterTags",
    "EventAnyResourceFilter",
    "EventFilter",
    "EventIDFilter",
    "EventNameFilter",
    "EventOccurredFilter",
    "EventOrder",
    "EventRelatedFilter",
    "EventResourceFilter",
    "EventTextFilter",
]


class EventFilter(wire.EventFilter):
    """Which events, in which order."""

    def includes(self, event: Event) -> bool:
        """Whether the event is one of them."""
        return matcher(self)(told(event))

    def excludes(self, event: Event) -> bool:
        """Whether it is not."""
        return not self.includes(event)


def told(event: Event) -> dict[str, object]:
    """An event as the API shows it."""
    return {
        "id": event.id,
        "event": event.event,
        "occurred": event.occurred,
        "resource": event.resource.root,
        "related": [related.root for related in event.related],
        "payload": event.payload,
    }
