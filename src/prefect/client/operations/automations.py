"""Automations, and the events they react to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from pydantic import BaseModel

from prefect.client.calls import (
    MISSING,
    Call,
    Calls,
    ask,
    conditions,
    known,
    many,
    new_id,
    nothing,
    one,
    path,
    searching,
)
from prefect.client.operations.proposals import as_id
from prefect.wire.events.automations import Automation
from prefect.wire.events.records import EventPage
from prefect.wire.filters.automations import AutomationFilter, AutomationFilterName
from prefect.wire.filters.events import EventFilter
from prefect.wire.filters.sorting import AutomationSort


def create_automation(automation: BaseModel) -> Call[UUID]:
    """Make an automation and return its id."""
    return Call("POST", "/automations/", new_id, body=_whole(automation))


def update_automation(automation_id: UUID, automation: BaseModel) -> Call[None]:
    """Put an automation in the place of another. Raises PrefectHTTPStatusError if there is none."""
    body = {name: value for name, value in _whole(automation).items() if name != "owner_resource"}
    return Call("PUT", path("/automations/{}", automation_id), nothing, body=body)


def _whole(automation: BaseModel) -> dict[str, object]:
    """All that makes an automation, with the defaults that say of which type its triggers and actions are."""
    return automation.model_dump(mode="json", exclude={"id", "created", "updated"})


def read_automation(automation_id: UUID | str) -> Call[Automation | None]:
    """An automation. Raises PrefectHTTPStatusError if there is none."""
    return Call("GET", path("/automations/{}", automation_id), one(Automation))


def read_automations(
    *,
    automations: AutomationFilter | None = None,
    sort: AutomationSort | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Call[list[Automation]]:
    """The automations that meet the filter; at most `limit`, by default as many as the server's page holds."""
    body = {**conditions(automations=automations), **known(sort=sort, limit=limit, offset=offset)}
    return searching("/automations/filter", many(Automation), body)


def read_automations_by_name(name: str) -> Call[list[Automation]]:
    """The automations of a name, the one changed last first."""
    of_name = AutomationFilter(name=AutomationFilterName(any_=[name]))
    return read_automations(automations=of_name, sort=AutomationSort.UPDATED_DESC)


def find_automation(id_or_name: str | UUID) -> Calls[Automation | None]:
    """The automation of an id, or of a name, or, if there is no such, of a name that differs by its capitals, or None.

    Raises ObjectNotFound for an id that no automation has.
    """
    try:
        automation_id = as_id(id_or_name)
    except ValueError:
        return (yield from _named(str(id_or_name)))
    return (yield from ask(Call("GET", path("/automations/{}", automation_id), one(Automation), refusals=MISSING)))


def _named(name: str) -> Calls[Automation | None]:
    every = yield from ask(read_automations())
    exact = [automation for automation in every if automation.name == name]
    alike = [automation for automation in every if automation.name.lower() == name.lower()]
    return next(iter(exact or alike), None)


def pause_automation(automation_id: UUID) -> Call[None]:
    """Switch an automation off. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", path("/automations/{}", automation_id), nothing, body={"enabled": False})


def resume_automation(automation_id: UUID) -> Call[None]:
    """Switch an automation on. Raises PrefectHTTPStatusError if there is none."""
    return Call("PATCH", path("/automations/{}", automation_id), nothing, body={"enabled": True})


def delete_automation(automation_id: UUID) -> Call[None]:
    """Delete an automation. Raises PrefectHTTPStatusError if there is none."""
    return Call("DELETE", path("/automations/{}", automation_id), nothing)


def read_resource_related_automations(resource_id: str) -> Call[list[Automation]]:
    """The automations that have to do with a resource."""
    return Call("GET", path("/automations/related-to/{}", resource_id), many(Automation))


def delete_resource_owned_automations(resource_id: str) -> Call[None]:
    """Delete the automations that a resource owns."""
    return Call("DELETE", path("/automations/owned-by/{}", resource_id), nothing)


# --- events

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
