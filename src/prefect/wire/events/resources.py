"""Resources: what an event is about, as labels."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, KeysView, ValuesView
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, model_validator

from prefect.wire.base import Root, Text

RESOURCE_ID = "prefect.resource.id"
RESOURCE_NAME = "prefect.resource.name"
RESOURCE_ROLE = "prefect.resource.role"
LABELS_MAX = 500
"""Labels that a resource may carry."""


def _few(labels: dict[str, str]) -> dict[str, str]:
    if len(labels) > LABELS_MAX:
        raise ValueError(f"The maximum number of labels per resource is {LABELS_MAX}")
    return labels


def _required(labels: dict[str, str], label: str, kind: str) -> None:
    if label not in labels:
        raise ValueError(f"{kind} must include the {label} label")
    if not labels[label]:
        raise ValueError(f"The {label} label must be non-empty")


class Labelled(Root[Annotated[dict[str, Text], AfterValidator(_few)]]):
    """Names and texts, as a mapping."""

    def __getitem__(self, label: str) -> str:
        return self.root[label]

    def __contains__(self, label: object) -> bool:
        return label in self.root

    def __len__(self) -> int:
        return len(self.root)

    def get(self, label: str, default: str | None = None) -> str | None:
        """The label's value, or `default`."""
        return self.root.get(label, default)

    def keys(self) -> KeysView[str]:
        """The labels' names."""
        return self.root.keys()

    def values(self) -> ValuesView[str]:
        """The labels' values."""
        return self.root.values()

    def items(self) -> ItemsView[str, str]:
        """The labels."""
        return self.root.items()

    def has_all_labels(self, labels: dict[str, str]) -> bool:
        """Whether every one of these labels is here with the same value."""
        return all(self.root.get(label) == value for label, value in labels.items())


class Resource(Labelled):
    """Something that events are about; its id is the label `prefect.resource.id`."""

    @model_validator(mode="after")
    def _has_an_id(self) -> Resource:
        _required(self.root, RESOURCE_ID, "Resources")
        return self

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.root[RESOURCE_ID]

    @property
    def name(self) -> str | None:
        """The resource's name, if it has one."""
        return self.root.get(RESOURCE_NAME)

    def prefect_object_id(self, kind: str) -> UUID:
        """The UUID within an id such as `prefect.flow-run.<uuid>`. Raises ValueError unless it begins with `kind`."""
        prefix = f"{kind}."
        if not self.id.startswith(prefix):
            raise ValueError(f"{self.id!r} does not start with {prefix!r}; ask for the kind that it names.")
        return UUID(self.id[len(prefix) :])


class RelatedResource(Resource):
    """A resource with the part that it plays: the label `prefect.resource.role`."""

    @model_validator(mode="after")
    def _has_a_role(self) -> RelatedResource:
        _required(self.root, RESOURCE_ROLE, "Related Resources")
        return self

    @property
    def role(self) -> str:
        """The part that the resource plays."""
        return self.root[RESOURCE_ROLE]


class ResourceSpecification(Root[dict[str, Text | list[Text]]]):
    """Labels that resources must carry: one of the values for each; `*` at the end of a value stands for anything,
    and `!` before it for anything else."""

    def items(self) -> Iterable[tuple[str, list[str]]]:
        """Each label with its values."""
        return [(label, self[label]) for label in self.root]

    def __getitem__(self, label: str) -> list[str]:
        values = self.root[label]
        return values if isinstance(values, list) else [values]

    def __contains__(self, label: object) -> bool:
        return label in self.root

    def __len__(self) -> int:
        return len(self.root)

    def get(self, label: str, default: list[str] | None = None) -> list[str] | None:
        """The label's values, or `default`."""
        return self[label] if label in self.root else default

    def matches_every_resource(self) -> bool:
        """Whether no condition leaves anything out."""
        return self.matches_every_resource_of_kind("")

    def matches_every_resource_of_kind(self, prefix: str) -> bool:
        """Whether every resource whose id begins with `prefix` matches."""
        if not self.root:
            return True
        return len(self) == 1 and any(value in ("*", f"{prefix}.*") for value in self.get(RESOURCE_ID, []) or [])

    def includes(self, candidates: Iterable[Resource]) -> bool:
        """Whether any of the resources matches."""
        return self.matches_every_resource() or any(self.matches(candidate) for candidate in candidates)

    def matches(self, resource: Resource) -> bool:
        """Whether the resource matches."""
        return all(_matches(resource.get(label), values) for label, values in self.items())


def _matches(value: str | None, wanted: list[str]) -> bool:
    refused = [pattern[1:] for pattern in wanted if pattern.startswith("!")]
    allowed = [pattern for pattern in wanted if not pattern.startswith("!")]
    if value is None or any(_fits(value, pattern) for pattern in refused):
        return False
    return not allowed or any(_fits(value, pattern) for pattern in allowed)


def _fits(value: str, pattern: str) -> bool:
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
