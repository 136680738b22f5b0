"""Events and the resources they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Moment, new_id, now
from prefect.wire.events.records import Event as StoredEvent
from prefect.wire.events.resources import RelatedResource, Resource, ResourceSpecification

__all__ = ["Event", "ReceivedEvent", "RelatedResource", "Resource", "ResourceSpecification"]


class Event(StoredEvent):
    """Something that happened to a resource, now unless it says when.

    Args:
        event: its name, such as `report.published`.
        resource: labels of what it is about, `prefect.resource.id` among them.
        related: labels of what else took part, each with its `prefect.resource.role`.
        payload: anything else, as JSON.
        follows: the id of the event that came before it.
    """

    occurred: Moment = Field(default_factory=now)
    id: UUID = Field(default_factory=new_id)

    @property
    def involved_resources(self) -> list[Resource]:
        """The resource and all related ones."""
        return [self.resource, *self.related]

    @property
    def resource_in_role(self) -> Mapping[str, RelatedResource]:
        """The first related resource in each role."""
        return {related.role: related for related in reversed(self.related)}

    @property
    def resources_in_role(self) -> Mapping[str, list[RelatedResource]]:
        """The related resources in each role."""
        found: dict[str, list[RelatedResource]] = defaultdict(list)
        for related in self.related:
            found[related.role].append(related)
        return found

    @property
    def size_bytes(self) -> int:
        """The size of the event as JSON."""
        return len(self.model_dump_json().encode())

    def find_resource_label(self, label: str) -> str | None:
        """A label of the resource, or with `related:<role>:<label>` that of the first related one that has it."""
        directive, _, rest = label.partition(":")
        if directive != "related":
            return self.resource.get(label)
        role, _, wanted = rest.partition(":")
        having = (related for related in self.related if related.role == role and wanted in related)
        return next((related[wanted] for related in having), None)


class ReceivedEvent(Event):
    """An event as the server took it in."""

    received: Moment
