"""A filter says the same of an event that comes in as of one that is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefect.core.journal import EVENT, EVENT_RESOURCE
from prefect.core.records.events import EventRecord
from prefect.server.views.events import event_json
from prefect.storage.aggregates.events import records as events
from prefect.storage.aggregates.reading import Reading
from prefect.storage.store import Store
from prefect.wire.filters.events import EventFilter
from prefect.wire.filters.matching import matcher

NOW = datetime.now(UTC)
NAMES = ["a", "a.b", "a.c", "b", "%_"]
IDS = ["r.1", "r.2", "r.10", "s%"]
names = st.lists(st.sampled_from(NAMES), max_size=2)
prefixes = st.lists(st.sampled_from(["a", "a.", "b", "%", "x"]), max_size=2)
ids = st.lists(st.sampled_from(IDS), max_size=2)
id_prefixes = st.lists(st.sampled_from(["r.1", "s%", "t"]), max_size=2)
values = st.sampled_from(["blue", "red", "bl*", "!red", "*", "r.*"])
labels = st.none() | st.dictionaries(
    st.sampled_from(["color", "prefect.resource.id"]), values | st.lists(values, min_size=1, max_size=2), max_size=2
)
anything = st.fixed_dictionaries({}, optional={"id": ids, "id_prefix": id_prefixes, "labels": labels})
related = st.fixed_dictionaries(
    {},
    optional={
        "id": ids,
        "role": st.lists(st.sampled_from(["x", "y"]), max_size=1),
        "resources_in_roles": st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(["x", "y"])), max_size=1),
        "labels": labels,
    },
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "event": st.fixed_dictionaries(
            {}, optional={"name": names, "prefix": prefixes, "exclude_name": names, "exclude_prefix": prefixes}
        ),
        "resource": anything,
        "any_resource": anything | st.lists(anything, max_size=2),
        "related": related | st.lists(related, max_size=2),
        "text": st.sampled_from(["red", "-red", '+a.b "r.1"', "s%"]).map(lambda query: {"query": query}),
        "occurred": st.sampled_from([60, 3600]).map(
            lambda ago: {"since": NOW - timedelta(seconds=ago), "until": NOW - timedelta(seconds=10)}
        ),
    },
)


def some_events() -> list[EventRecord]:
    found = []
    for number in range(40):
        resource = {"prefect.resource.id": IDS[number % 4]}
        if number % 3:
            resource["color"] = ("blue", "red")[number % 2]
        others = [
            {"prefect.resource.id": IDS[(number + step) % 4], "prefect.resource.role": "xy"[step % 2], "color": "red"}
            for step in range(number % 3)
        ]
        moment = int(NOW.timestamp() * 1_000_000) - number * 100_000_000
        found.append(EventRecord(UUID(int=number), NAMES[number % 5], resource, others, {"n": number}, moment, moment))
    return found


@pytest.fixture
def reading(store: Store) -> Iterator[Reading]:
    """The record, with the events in it."""
    for event in some_events():
        store.append(EVENT, event.row())
        for row in event.resource_rows():
            store.append(EVENT_RESOURCE, row)
    store.flush()
    reading = Reading(store)
    yield reading
    reading.close()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=filters)
def test_both_say_the_same(reading: Reading, wanted: dict[str, Any]) -> None:
    chosen = EventFilter.model_validate(wanted)
    matches = matcher(chosen)
    all_events = [event_json(row) for row in events.page(reading, {}, 100)]
    live = [event["id"] for event in all_events if matches(event)]
    on_record = events.page(reading, chosen.model_dump(exclude_none=True), 100)
    assert live == [row["id"] for row in on_record]
