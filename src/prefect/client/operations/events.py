"""Events that the server has received."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from prefect.client.calls import Call, conditions, one, searching
from prefect.wire.events.records import EventPage
from prefect.wire.filters.events import EventFilter

NEXT = "/events/filter/next"


def read_events(filter: EventFilter | None = None, limit: int = 100) -> Call[EventPage]:
    """The first page of the events that meet the filter, newest first unless it says otherwise."""
    return searching("/events/filter", one(EventPage), {**conditions(filter=filter), "limit": limit})


def read_events_page(next_page_url: str) -> Call[EventPage]:
    """The page that a page's `next_page` names.

    Only its query counts: the server may know itself by another address than this client does, and credentials go to the
    one that was configured.
    """
    return Call("GET", NEXT, one(EventPage), params=dict(parse_qsl(urlsplit(next_page_url).query)))
