"""The live feed, as server-sent events. Not part of Prefect's API."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from prefect.server.http.answers import Streamed
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import InvalidRequest, invalid
from prefect.server.http.routing import Query, Route
from prefect.server.live.feed import TOPICS, Wanted

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MOST_KEYS = 200
KEYS = ("flow_run_id", "flow_id", "deployment_id")
LAST = "last-event-id"
LARGEST_NUMBER = 2**63


def watch(call: Call[None]) -> Streamed:
    """Changes as they happen, from `Last-Event-ID` on."""
    wanted = Wanted(_topics(call), frozenset(key for name in KEYS for key in _ids(call, name)))
    return Streamed(partial(call.world.live.feed.page, wanted, _last(call)), "text/event-stream", headers=HEADERS)


def _topics(call: AnyCall) -> frozenset[str]:
    given = frozenset(_listed(call.query("topics")))
    unknown = sorted(given - set(TOPICS))
    if unknown:
        raise invalid(("query", "topics"), f"Input should be some of {', '.join(TOPICS)}", "enum")
    return given or frozenset(TOPICS)


def _ids(call: AnyCall, name: str) -> list[str]:
    given = _listed(call.query(name))
    if len(given) > MOST_KEYS:
        raise invalid(("query", name), f"Input should be at most {MOST_KEYS} ids", "too_long")
    try:
        return [str(UUID(text)) for text in given]
    except ValueError:
        raise _not_ids(name) from None


def _not_ids(name: str) -> InvalidRequest:
    return invalid(("query", name), "Input should be UUIDs, with commas between them", "uuid_parsing")


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _last(call: AnyCall) -> int | None:
    text = call.head.header(LAST) or call.query("last_event_id")
    if text is None:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) < 20 and int(text) < LARGEST_NUMBER):
        raise invalid(("header", LAST), "Input should be the number of a change", "int_parsing")
    return int(text)


ROUTES = (
    Route("GET", "/headrace/live", watch, inline=True, media_type="text/event-stream",
          query=tuple(Query(name, str) for name in ("topics", *KEYS, "last_event_id"))),
)  # fmt: skip
