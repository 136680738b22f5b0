"""Which automations."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Filter, Moment, Text
from prefect.wire.filters.common import Combined


class AutomationFilterCreated(Filter):
    """Which automations, by when they were made."""

    before_: Moment | None = None


class AutomationFilterId(Filter):
    """Which automations, by id."""

    any_: list[UUID] | None = None


class AutomationFilterName(Filter):
    """Which automations, by name."""

    any_: list[Text] | None = None


class AutomationFilterTags(Combined):
    """Which automations, by tags."""

    all_: list[Text] | None = None
    any_: list[Text] | None = None
    is_null_: bool | None = None


class AutomationFilter(Combined):
    """Which automations."""

    id: AutomationFilterId | None = None
    name: AutomationFilterName | None = None
    created: AutomationFilterCreated | None = None
    tags: AutomationFilterTags | None = None
