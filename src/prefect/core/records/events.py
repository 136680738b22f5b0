"""Events: what happened to which resource, when, and what else took part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.core.journal import Row

RESOURCE_ID = "prefect.resource.id"
RESOURCE_NAME = "prefect.resource.name"
RESOURCE_ROLE = "prefect.resource.role"

Labels = Mapping[str, str]
"""What is said of a resource; its id is the label `prefect.resource.id`."""


class EventRecord(NamedTuple):
    """An event as it is stored."""

    id: UUID
    name: str
    resource: Labels
    related: Sequence[Labels]
    """Other resources, each with its role."""

    payload: Mapping[str, object]
    occurred: int
    received: int
    follows: UUID | None = None

    @property
    def resource_id(self) -> str:
        """The id of the resource that the event is about."""
        return self.resource[RESOURCE_ID]

    def row(self) -> Row:
        """The journal entry that records the event."""
        return (
            self.id.bytes,
            self.name,
            self.resource_id,
            _text(self.resource),
            _text(list(self.related)),
            _text(self.payload),
            self.occurred,
            self.received,
            None if self.follows is None else self.follows.bytes,
        )

    def resource_rows(self) -> list[Row]:
        """The journal entries by which the event is found by its related resources."""
        key = self.id.bytes
        return [
            (key, position, labels[RESOURCE_ID], labels[RESOURCE_ROLE], _text(labels), self.occurred)
            for position, labels in enumerate(self.related)
        ]

    def related_id(self, role: str, prefix: str) -> UUID | None:
        """The UUID of the first related resource in a role, whose id is `prefix` and the UUID; None if there is none."""
        for labels in self.related:
            if labels[RESOURCE_ROLE] == role:
                return object_id(labels[RESOURCE_ID], prefix)
        return None


def object_id(resource_id: str, prefix: str) -> UUID | None:
    """The UUID in an id such as `prefect.flow-run.<uuid>`; None if the id is of another kind."""
    if not resource_id.startswith(prefix):
        return None
    try:
        return UUID(resource_id[len(prefix) :])
    except ValueError:
        return None


def related(role: str, kind: str, identity: object, name: str | None = None, **labels: str) -> Labels:
    """A related resource of the server's own, such as `prefect.flow.<id>`."""
    named = {} if name is None else {RESOURCE_NAME: name}
    return {RESOURCE_ID: f"prefect.{kind}.{identity}", RESOURCE_ROLE: role, **named, **labels}


_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""A value as JSON; the encoder is made once, which is most of what encoding a few labels costs."""
