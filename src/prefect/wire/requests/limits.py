"""What the routes of concurrency limits read."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from prefect.wire.base import Body, NonNegativeInteger, PageLimit, PositiveInteger, Text
from prefect.wire.objects.limits import ConcurrencyLeaseHolder


class TagLimitsFilterBody(Body):
    """Which limits on tags, from which on."""

    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class TagLimitResetBody(Body):
    """Task runs that are to hold a tag's slots from now on."""

    slot_override: list[UUID] | None = None


class TagSlotsTakeBody(Body):
    """Slots of tags for a task run to take."""

    names: list[Text]
    task_run_id: UUID


class TagSlotsReleaseBody(Body):
    """Slots of tags for a task run to give back."""

    names: list[Text]
    task_run_id: UUID


class GlobalLimitsFilterBody(Body):
    """Which global limits, from which on."""

    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class SlotsTakeBody(Body):
    """Slots of global limits to take."""

    names: list[Text]
    slots: PositiveInteger
    create_if_missing: bool | None = None
    mode: Literal["concurrency", "rate_limit"] = "concurrency"


class SlotsReleaseBody(Body):
    """Slots of global limits to give back."""

    names: list[Text]
    slots: PositiveInteger
    create_if_missing: bool | None = None
    occupancy_seconds: Annotated[float, Field(gt=0)] | None = None


class SlotsTakeWithLeaseBody(Body):
    """Slots of global limits to take for as long as a lease lasts."""

    names: list[Text]
    slots: PositiveInteger
    holder: ConcurrencyLeaseHolder | None = None
    lease_duration: Annotated[float, Field(ge=60, le=86400)] = 300
    mode: Literal["concurrency", "rate_limit"] = "concurrency"


class SlotsReleaseWithLeaseBody(Body):
    """The lease whose slots to give back."""

    lease_id: UUID


class LeaseRenewBody(Body):
    """How long a lease is to last from now."""

    lease_duration: Annotated[float, Field(ge=60, le=86400)] = 300
