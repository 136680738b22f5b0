"""Whether an event is one of those that a filter asks for: what `storage.aggregates.events` says of all on record, said of
one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from prefect.core.records.events import RESOURCE_ID, RESOURCE_ROLE
from prefect.core.search import split_query
from prefect.wire.events.resources import Resource, ResourceSpecification
from prefect.wire.filters.events import (
    EventAnyResourceFilter,
    EventFilter,
    EventNameFilter,
    EventRelatedFilter,
)

Told = Mapping[str, Any]
"""An event as the API shows it."""

Matches = Callable[[Told], bool]


class Wanted(Protocol):
    """What filters of resources have in common."""

    id: list[str] | None
    labels: ResourceSpecification | None


def matcher(wanted: EventFilter) -> Matches:
    """What tells whether an event matches a filter; an end that the filter does not name is no end."""
    conditions: list[Matches] = [_since(wanted.occurred.since)]
    if "until" in wanted.occurred.model_fields_set:
        conditions.append(_until(wanted.occurred.until))
    if wanted.id.id:
        ids = set(wanted.id.id)
        conditions.append(lambda event: event["id"] in ids)
    if wanted.event is not None:
        conditions.append(_named(wanted.event))
    if wanted.resource is not None:
        conditions.append(lambda event: _fits(wanted.resource, event["resource"]))
    conditions += [_related(one) for one in _each(wanted.related)]
    conditions += [_any_resource(one) for one in _each(wanted.any_resource)]
    if wanted.text is not None:
        conditions.append(_says(wanted.text.query))
    return lambda event: all(condition(event) for condition in conditions)


def _since(moment: datetime) -> Matches:
    return lambda event: event["occurred"] >= moment


def _until(moment: datetime) -> Matches:
    return lambda event: event["occurred"] <= moment


def _each(given: Any) -> Sequence[Any]:
    return () if given is None else given if isinstance(given, list) else (given,)


def _named(wanted: EventNameFilter) -> Matches:
    def matches(event: Told) -> bool:
        name: str = event["event"]
        return (
            (not wanted.name or name in wanted.name)
            and (not wanted.prefix or name.startswith(tuple(wanted.prefix)))
            and name not in (wanted.exclude_name or ())
            and not name.startswith(tuple(wanted.exclude_prefix or ()))
        )

    return matches


def _fits(wanted: Any, labels: Mapping[str, str]) -> bool:
    identity = labels[RESOURCE_ID]
    prefixes = getattr(wanted, "id_prefix", None)
    return (
        (not wanted.id or identity in wanted.id)
        and (not prefixes or identity.startswith(tuple(prefixes)))
        and (wanted.labels is None or wanted.labels.matches(Resource.model_construct(dict(labels))))
    )


def _related(wanted: EventRelatedFilter) -> Matches:
    pairs = {tuple(pair) for pair in wanted.resources_in_roles or ()}
    if not (wanted.id or wanted.labels or wanted.role or pairs):
        return lambda event: True

    def fits(labels: Mapping[str, str]) -> bool:
        role = labels[RESOURCE_ROLE]
        named = (not wanted.role or role in wanted.role) and (not pairs or (labels[RESOURCE_ID], role) in pairs)
        return named and _fits(wanted, labels)

    return lambda event: any(fits(labels) for labels in event["related"])


def _any_resource(wanted: EventAnyResourceFilter) -> Matches:
    def everything(event: Told) -> Iterable[Mapping[str, str]]:
        return (event["resource"], *event["related"])

    return lambda event: any(_fits(wanted, labels) for labels in everything(event))


def _says(query: str) -> Matches:
    included, required, excluded = ([word.lower() for word in words] for words in split_query(query))

    def matches(event: Told) -> bool:
        text = " ".join(str(event[name]) for name in ("event", "resource", "related", "payload")).lower()
        return (
            (not included or any(word in text for word in included))
            and all(word in text for word in required)
            and not any(word in text for word in excluded)
        )

    return matches
