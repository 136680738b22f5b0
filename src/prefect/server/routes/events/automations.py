"""Automations: kept, changed, listed; what they do comes from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json, encode
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import invalid
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.templates import problem_of
from prefect.server.views.events import automation_json
from prefect.storage.aggregates.events import automations
from prefect.storage.keyed.events import automations as stored
from prefect.storage.keyed.events.automations import Link
from prefect.storage.transaction import Transaction
from prefect.wire.events.automations import (
    Automation,
    AutomationCore,
    AutomationCreate,
    AutomationPartialUpdate,
    AutomationUpdate,
)
from prefect.wire.requests.events import AutomationsCountBody, AutomationsFilterBody

MISSING = answers.json({"exception_message": "Automation not found"}, 404)
DOCUMENTS = ("tags", "trigger", "actions", "actions_on_trigger", "actions_on_resolve")
COLUMNS = ("name", "description", "enabled", *DOCUMENTS)
TARGETS = {
    "deployment_id": "prefect.deployment",
    "work_queue_id": "prefect.work-queue",
    "work_pool_id": "prefect.work-pool",
    "automation_id": "prefect.automation",
}
"""What an action names by its id, and how that is called as a resource."""

TEMPLATES = ("subject", "body", "payload")
"""Fields of actions that are templates."""

ACTIONS = ("actions", "actions_on_trigger", "actions_on_resolve")


def _content(given: AutomationCore) -> Json:
    """An automation's columns, as the API shows them. Raises InvalidRequest for a template that cannot be."""
    content = given.model_dump(mode="json", include=set(COLUMNS))
    for place, action in _actions_in(content):
        for path, template in _templates_in(action):
            problem = problem_of(template)
            if problem is not None:
                raise invalid(("body", *place, *path), f"Value error, Invalid jinja: {problem.message}")
    return content


def _actions_in(content: Json) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    for field in ACTIONS:
        for number, action in enumerate(content[field]):
            yield (field, number), action


def _templates_in(action: Json) -> Iterator[tuple[tuple[str, ...], str]]:
    for field in TEMPLATES:
        if isinstance(action.get(field), str):
            yield (field,), action[field]
    for name, value in (action.get("parameters") or {}).items():
        if isinstance(value, Mapping) and value.get("__prefect_kind") == "jinja" and "template" in value:
            yield ("parameters", name), str(value["template"])


def _columns(content: Json) -> dict[str, object]:
    texts = {name: json.dumps(content[name]) for name in DOCUMENTS}
    return {**{name: content[name] for name in COLUMNS}, **texts, "enabled": int(content["enabled"])}


def _links(content: Json, owner: str | None = None) -> list[Link]:
    """What the automation belongs to, and what it acts on."""
    owned = [] if owner is None else [Link(owner, True)]
    targets = [
        Link(f"{kind}.{action[name]}", False)
        for _, action in _actions_in(content)
        for name, kind in TARGETS.items()
        if action.get(name) is not None
    ]
    return owned + targets


# --- one


def create(call: Call[AutomationCreate]) -> Deciding[None]:
    """Make an automation."""
    given, identity, now = call.body, call.world.clock.new_id(), call.world.clock.now()
    content = _content(given)
    links = _links(content, given.owner_resource)
    made = {**content, "id": identity, "created": to_datetime(now), "updated": to_datetime(now)}

    def answer(_: None) -> Answer:
        call.world.bus.tell([Change("automation", identity.hex)])
        return answers.json(automation_json(made), 201)

    def decision(tx: Transaction) -> None:
        stored.insert(tx, identity, _columns(content), links, now)
        _tell(tx, call, CREATED, made)

    return Deciding(decision, answer)


def read(call: Call[None]) -> Answer:
    """An automation by id."""
    row = automations.by_id(call.world.reading, call.id())
    return MISSING if row is None else answers.json(automation_json(row))


def update(call: Call[AutomationUpdate]) -> Deciding[bool]:
    """Change an automation to what is given; what is left out stays as it is."""
    identity, now, content = call.id(), call.world.clock.now(), _content(call.body)
    columns = {name: value for name, value in _columns(content).items() if name in call.body.model_fields_set}

    def decision(tx: Transaction) -> bool:
        found = stored.update(tx, identity, columns, now)
        if found:
            stored.relate(tx, identity, _links(_tell_updated(tx, call, identity)))
        return found

    return Deciding(decision, partial(_changed, call, identity))


def enable(call: Call[AutomationPartialUpdate]) -> Deciding[bool]:
    """Have an automation act, or not."""
    identity, now = call.id(), call.world.clock.now()
    columns = {name: int(value) for name, value in call.body.model_dump(exclude_unset=True).items()}

    def decision(tx: Transaction) -> bool:
        found = stored.update(tx, identity, columns, now)
        if found:
            _tell_updated(tx, call, identity)
        return found

    return Deciding(decision, partial(_changed, call, identity))


def delete(call: Call[None]) -> Deciding[bool]:
    """Remove an automation."""
    identity = call.id()

    def decision(tx: Transaction) -> bool:
        known = stored.find(tx, identity)
        if known is not None:
            stored.delete(tx, identity)
            _tell(tx, call, DELETED, known)
        return known is not None

    return Deciding(decision, partial(_changed, call, identity))


def _tell_updated(tx: Transaction, call: AnyCall, identity: UUID) -> Json:
    changed = stored.find(tx, identity)
    assert changed is not None
    _tell(tx, call, UPDATED, changed)
    return changed


def _tell(tx: Transaction, call: AnyCall, what: str, row: Json) -> None:
    Teller(tx, call.world.clock).automation(what, json.loads(encode(automation_json(row))))


def _changed(call: AnyCall, identity: UUID, found: bool) -> Answer:
    if not found:
        return MISSING
    call.world.bus.tell([Change("automation", identity.hex)])
    return NO_CONTENT


# --- many


def page(call: Call[AutomationsFilterBody]) -> Answer:
    """Automations that match a filter."""
    body = call.body
    given = {} if body.automations is None else plain(body.automations)
    rows = automations.page(call.world.reading, given, body.sort, limit_of(call, body.limit), body.offset)
    return answers.json([automation_json(row) for row in rows])


def count(call: Call[AutomationsCountBody]) -> Answer:
    """How many automations match a filter."""
    given = {} if call.body.automations is None else plain(call.body.automations)
    return answers.json(automations.count(call.world.reading, given))


def related_to(call: Call[None]) -> Answer:
    """Automations that belong to a resource or act on it."""
    rows = automations.related_to(call.world.reading, call.text("resource_id"))
    return answers.json([automation_json(row) for row in rows])


def delete_owned_by(call: Call[None]) -> Deciding[int]:
    """Remove the automations that belong to a resource."""
    resource_id = call.text("resource_id")
    return Deciding(lambda tx: stored.delete_owned_by(tx, resource_id), lambda _: answers.json(None, 202))


ROUTES = (
    Route("POST", "/automations/", create, Role.EDITOR, AutomationCreate, returns=Automation, status=201, inline=True),
    Route("GET", "/automations/{id}", read, returns=Automation),
    Route("PUT", "/automations/{id}", update, Role.EDITOR, AutomationUpdate, status=204, inline=True),
    Route("PATCH", "/automations/{id}", enable, Role.EDITOR, AutomationPartialUpdate, status=204, inline=True),
    Route("DELETE", "/automations/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/automations/filter", page, body=AutomationsFilterBody, body_required=False,
          returns=list[Automation]),
    Route("POST", "/automations/count", count, body=AutomationsCountBody, body_required=False, returns=int),
    Route("GET", "/automations/related-to/{resource_id}", related_to, returns=list[Automation]),
    Route("DELETE", "/automations/owned-by/{resource_id}", delete_owned_by, Role.EDITOR, status=202, inline=True),
)  # fmt: skip
