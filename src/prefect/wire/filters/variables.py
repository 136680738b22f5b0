"""Which variables."""

from __future__ import annotations

from uuid import UUID

from prefect.wire.base import Filter, Text
from prefect.wire.filters.common import Combined


class VariableFilterId(Filter):
    """Which variables, by id."""

    any_: list[UUID] | None = None


class VariableFilterName(Filter):
    """Which variables, by name."""

    any_: list[Text] | None = None
    like_: Text | None = None


class VariableFilterTags(Combined):
    """Which variables, by tags."""

    all_: list[Text] | None = None
    is_null_: bool | None = None


class VariableFilter(Combined):
    """Which variables."""

    id: VariableFilterId | None = None
    name: VariableFilterName | None = None
    tags: VariableFilterTags | None = None
