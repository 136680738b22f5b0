"""Events: pages and counts.

An event is found by its own columns, and by its related resources through `event_resource`, which has a row for each.
A list of nothing in a filter leaves nothing out: Prefect's client sends one where it means no condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Text, and_, cast, false, func, or_, select, true, tuple_, type_coerce

from prefect.core.records.events import RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE
from prefect.storage.aggregates.events.labels import label_of, starts_with
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Condition, FieldFilter, Given, among, searched, where
from prefect.storage.tables import event, event_resource
from prefect.storage.types import Expression

Alternatives = Given | Sequence[Given]


def _any_prefix(column: Expression, prefixes: Sequence[str]) -> Condition:
    return or_(false(), *(starts_with(column, prefix) for prefix in prefixes))


def _named(given: Given) -> Condition:
    name = event.c.name
    conditions: list[Condition] = [true()]
    if given.get("name"):
        conditions.append(among(name, given["name"]))
    if given.get("prefix"):
        conditions.append(_any_prefix(name, given["prefix"]))
    if given.get("exclude_name"):
        conditions.append(name.not_in(given["exclude_name"]))
    if given.get("exclude_prefix"):
        conditions.append(~_any_prefix(name, given["exclude_prefix"]))
    return and_(*conditions)


def _id_and_labels(identity: Expression, labels: Expression, given: Given) -> list[Condition]:
    conditions: list[Condition] = [true()]
    if given.get("id"):
        conditions.append(among(identity, given["id"]))
    if given.get("id_prefix"):
        conditions.append(_any_prefix(identity, given["id_prefix"]))
    for label, values in (given.get("labels") or {}).items():
        known = {RESOURCE_ID: identity, RESOURCE_ROLE: event_resource.c.role if labels is _RELATED else None}.get(label)
        column = label_of(labels, label) if known is None else known
        conditions.append(_fits(column, [values] if isinstance(values, str) else values))
    return conditions


_RELATED = event_resource.c.labels


def _fits(column: Expression, patterns: Sequence[str]) -> Condition:
    """Whether a value is one of the wanted ones; `*` at the end is anything, `!` before it anything else."""
    wanted = [_is(column, pattern) for pattern in patterns if not pattern.startswith("!")]
    refused = [_is(column, pattern[1:]) for pattern in patterns if pattern.startswith("!")]
    return and_(column.is_not(None), or_(*wanted) if wanted else true(), *(~condition for condition in refused))


def _is(column: Expression, pattern: str) -> Condition:
    return starts_with(column, pattern[:-1]) if pattern.endswith("*") else column == pattern


def _about(given: Given) -> Condition:
    return and_(*_id_and_labels(event.c.resource_id, event.c.resource, given))


def _with_related(conditions: Sequence[Condition]) -> Condition:
    return event.c.id.in_(select(event_resource.c.event_id).where(*conditions))


def _related(given: Given) -> Condition:
    conditions = _id_and_labels(event_resource.c.resource_id, _RELATED, given)
    if given.get("role"):
        conditions.append(event_resource.c.role.in_(given["role"]))
    if given.get("resources_in_roles"):
        pairs = [tuple(pair) for pair in given["resources_in_roles"]]
        conditions.append(tuple_(event_resource.c.resource_id, event_resource.c.role).in_(pairs))
    return _with_related(conditions) if len(conditions) > 1 else true()


def _any_resource(given: Given) -> Condition:
    related = _id_and_labels(event_resource.c.resource_id, _RELATED, given)
    return or_(_about(given), _with_related(related)) if len(related) > 1 else true()


def _all_of(field: FieldFilter) -> FieldFilter:
    """A field that may be given several times, all of which have to hold."""

    def every(given: Alternatives) -> Condition:
        return field(given) if isinstance(given, Mapping) else and_(true(), *(field(one) for one in given))

    return every


def _searched(given: Given) -> Condition:
    texts = [event.c.name, *(cast(column, Text) for column in (event.c.resource, event.c.related, event.c.payload))]
    return searched(given["query"], texts)


EVENTS: Mapping[str, FieldFilter] = {
    "id": lambda given: among(event.c.id, given["id"]) if given.get("id") else true(),
    "event": _named,
    "resource": _about,
    "related": _all_of(_related),
    "any_resource": _all_of(_any_resource),
    "occurred": lambda given: and_(event.c.occurred >= given["since"], event.c.occurred <= given["until"]),
    "order": lambda given: true(),
    "text": _searched,
}


# --- pages


class Place(NamedTuple):
    """Where a page begins: after this event."""

    occurred: int
    id: UUID


def _ordered(descending: bool) -> tuple[Expression, Expression]:
    if descending:
        return event.c.occurred.desc(), event.c.id.desc()
    return event.c.occurred.asc(), event.c.id.asc()


def _beyond(place: Place, descending: bool) -> Condition:
    position = tuple_(event.c.occurred, event.c.id)
    bound = tuple_(place.occurred, place.id, types=[event.c.occurred.type, event.c.id.type])
    return position < bound if descending else position > bound


def page(reading: Reading, given: Given, limit: int, after: Place | None = None) -> list[Record]:
    """Events that match a filter, in its order, from the first or from a place on.

    Where the filter asks for distinct resources, the newest event of each.
    """
    descending = given.get("order") != "ASC"
    condition = _condition(given)
    query = select(event).where(condition if after is None else and_(condition, _beyond(after, descending)))
    return reading.rows(query.order_by(*_ordered(descending)).limit(limit))


def _is_distinct(given: Given) -> bool:
    return bool((given.get("resource") or {}).get("distinct"))


def _condition(given: Given) -> Condition:
    matching = where(EVENTS, {name: value for name, value in given.items() if name != "order"})
    if not _is_distinct(given):
        return matching
    newest_first = (event.c.occurred.desc(), event.c.id.desc())
    number = func.row_number().over(partition_by=event.c.resource_id, order_by=newest_first)
    numbered = select(event.c.id, number.label("number")).where(matching).subquery()
    return event.c.id.in_(select(numbered.c.id).where(numbered.c.number == 1))


def count(reading: Reading, given: Given) -> int:
    """How many events match a filter; of distinct resources, how many there are."""
    counted = func.count(event.c.resource_id.distinct()) if _is_distinct(given) else func.count()
    matching = where(EVENTS, {name: value for name, value in given.items() if name != "order"})
    found = reading.one(select(counted.label("count")).select_from(event).where(matching))
    return int(str(found["count"])) if found else 0


# --- counts


def count_by_name(reading: Reading, given: Given) -> list[Record]:
    """How many events there are of each name, the most frequent first."""
    return reading.rows(_counted(given, event.c.name, event.c.name))


def count_by_resource(reading: Reading, given: Given) -> list[Record]:
    """How many events there are about each resource, the most frequent first, with its name as label."""
    name = func.coalesce(label_of(event.c.resource, RESOURCE_NAME), event.c.resource_id)
    return reading.rows(_counted(given, event.c.resource_id, func.max(name)))


def _counted(given: Given, value: Expression, label: Expression) -> Any:
    times = (func.min(event.c.occurred).label("start_time"), func.max(event.c.occurred).label("end_time"))
    columns = (value.label("value"), label.label("label"), func.count().label("count"))
    query = select(*columns, *times).where(_condition(given)).group_by(value)
    return query.order_by(func.count().desc(), value.asc())


def count_by_span(reading: Reading, given: Given, origin: int, span: int) -> dict[int, int]:
    """How many events there are in each span of time, by the span's number from `origin` on; both in microseconds."""
    number = ((type_coerce(event.c.occurred, BigInteger) - origin) // span).label("number")
    query = select(number, func.count().label("count")).where(_condition(given)).group_by(number)
    return {int(str(row["number"])): int(str(row["count"])) for row in reading.rows(query)}
