"""Events: taken in, listed page by page, counted."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from pydantic import ValidationError

from prefect.core.times import SECOND, to_datetime, to_micros
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, invalid
from prefect.server.http.paging import plain
from prefect.server.http.routing import Query, Role, Route
from prefect.server.live.taking import LARGEST_EVENT, record_of
from prefect.server.views.events import count_json, event_json
from prefect.server.world import MEGABYTE
from prefect.storage.aggregates.events import records as events
from prefect.storage.aggregates.events.records import Place
from prefect.wire.events.records import Countable, Event, EventCount, EventPage, TimeUnit
from prefect.wire.filters.events import EventFilter
from prefect.wire.requests.events import EventsCountBody, EventsFilterBody

LARGEST_BATCH = 16 * MEGABYTE
MOST_SPANS = 1000
UNITS = {
    TimeUnit.WEEK: timedelta(weeks=1),
    TimeUnit.DAY: timedelta(days=1),
    TimeUnit.HOUR: timedelta(hours=1),
    TimeUnit.MINUTE: timedelta(minutes=1),
    TimeUnit.SECOND: timedelta(seconds=1),
}
MONDAY = 4 * 86_400 * SECOND
"""The first Monday after 1970 began: weeks are counted from there."""


def create(call: Call[list[Event]]) -> Deciding[None]:
    """Take in events; answered once they are stored."""
    now, intake = call.world.clock.now(), call.world.live.intake
    records = [record_of(event, now, ("body", place)) for place, event in enumerate(call.body)]
    batch = intake.admit(records, now)
    largest = max(
        (sum(map(len, filter(_is_text, row))) for _, row in batch.entries if isinstance(row, tuple)), default=0
    )
    if largest > LARGEST_EVENT:
        raise Refusal(413, f"An event is larger than {LARGEST_EVENT} bytes, which is the limit here.")

    def answer(_: None) -> Answer:
        intake.stored(batch)
        return NO_CONTENT

    return Deciding(batch, answer)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


# --- pages


class Token(NamedTuple):
    """Where the next page is: the filter, how many a page holds, how many there are, and the last event before it."""

    filter: Json
    limit: int
    total: int
    after: Place

    def text(self) -> str:
        """It, for a URL."""
        place = [self.after.occurred, self.after.id.hex]
        content = json.dumps([self.filter, self.limit, self.total, place], default=_told, separators=(",", ":"))
        return urlsafe_b64encode(content.encode()).decode()


def _told(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def read_token(text: str) -> Token:
    """The token in a URL. Raises Refusal (403) for one that is not ours."""
    try:
        given, limit, total, (occurred, identity) = json.loads(urlsafe_b64decode(text.encode("ascii")))
        wanted = EventFilter.model_validate(given)
        place = Place(int(to_micros(to_datetime(occurred))), UUID(hex=identity))
        if not (0 < limit <= 50 and isinstance(total, int)):
            raise ValueError("a limit or total that no page has")
    except (binascii.Error, ValueError, TypeError, ValidationError, OverflowError, AttributeError, RecursionError):
        raise Refusal(403, "Forbidden") from None
    return Token(plain(wanted), limit, total, place)


def page(call: Call[EventsFilterBody]) -> Answer:
    """The first page of events that match a filter."""
    given = plain(call.body.filter or EventFilter())
    total = events.count(call.world.reading, given)
    return _answered(call, given, call.body.limit, total, None)


def next_page(call: Call[None]) -> Answer:
    """A further page."""
    token = read_token(call.query("page-token"))
    return _answered(call, token.filter, token.limit, token.total, token.after)


def _answered(call: AnyCall, given: Json, limit: int, total: int, after: Place | None) -> Answer:
    rows: list[Json] = events.page(call.world.reading, given, limit + 1, after) if limit else []
    shown, more = rows[:limit], len(rows) > limit
    following = None
    if more:
        last = shown[-1]
        following = _url_of(call, Token(given, limit, total, Place(to_micros(last["occurred"]), last["id"])))
    content = {"events": [event_json(row) for row in shown], "total": total, "next_page": following}
    return answers.json(content)


def _url_of(call: AnyCall, token: Token) -> str:
    head = call.head
    host = head.header("host") or "127.0.0.1"
    root = head.root.rstrip("/")
    return f"{head.scheme}://{host}{root}/api/events/filter/next?page-token={quote(token.text())}"


# --- counts


def count_by(call: Call[EventsCountBody]) -> Answer:
    """How many events match a filter, by day, time, name or resource."""
    try:
        countable = Countable(call.text("countable"))
    except ValueError:
        message = "Input should be 'day', 'time', 'event' or 'resource'"
        raise invalid(("path", "countable"), message, "enum") from None
    given, reading = plain(call.body.filter), call.world.reading
    if countable is Countable.EVENT:
        return answers.json([count_json(row) for row in events.count_by_name(reading, given)])
    if countable is Countable.RESOURCE:
        return answers.json([count_json(row) for row in events.count_by_resource(reading, given)])
    return answers.json(_by_span(call, given))


def _by_span(call: Call[EventsCountBody], given: Json) -> list[Json]:
    """Counts of equal spans of time, those of nothing included."""
    span = _span_of(call.body)
    since = to_micros(given["occurred"]["since"])
    until = min(to_micros(given["occurred"]["until"]), call.world.clock.now())
    if until < since:
        return []
    origin = since - (since - (MONDAY if call.body.time_unit is TimeUnit.WEEK else 0)) % span
    spans = (until - origin) // span + 1
    if spans > MOST_SPANS:
        raise Refusal(422, f"The given interval would create {spans} buckets, which is too many. Please increase the"
                           f" interval or reduce the time range to produce {MOST_SPANS} buckets or fewer.")  # fmt: skip
    found = events.count_by_span(call.world.reading, given, origin, span)
    return [_span_json(number, origin + number * span, span, found.get(number, 0)) for number in range(spans)]


def _span_of(body: EventsCountBody) -> int:
    """Microseconds of one span. Raises InvalidRequest for more than the calendar holds."""
    span = body.time_interval * (UNITS[body.time_unit] / timedelta(microseconds=1))
    if not span < 2**53:
        raise invalid(("body", "time_interval"), "Input should be a span of at most 285 years")
    return max(int(span), 1)


def _span_json(number: int, begins: int, span: int, count: int) -> Json:
    try:
        start, end = to_datetime(begins), to_datetime(begins + span - 1)
    except OverflowError:
        raise invalid(("body", "time_interval"), "Input should be a span that ends before the year 10000") from None
    return {"value": str(number), "label": start.isoformat(), "count": count, "start_time": start, "end_time": end}


ROUTES = (
    Route("POST", "/events", create, Role.RUNNER, list[Event], status=204, inline=True, largest_body=LARGEST_BATCH),
    Route("POST", "/events/filter", page, body=EventsFilterBody, body_required=False, returns=EventPage),
    Route("GET", "/events/filter/next", next_page, query=(Query("page-token", str, required=True),), returns=EventPage),
    Route("POST", "/events/count-by/{countable}", count_by, body=EventsCountBody, returns=list[EventCount]),
)
