"""Flows: their records, what creates and changes them."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from prefect.wire.base import Labels, Name, Page, Record, Request, Shape, Text


class Flow(Record):
    """A flow: a name that runs are counted under."""

    name: Name
    tags: list[Text] = Field(default_factory=list)
    labels: Labels = Field(default_factory=dict)


class FlowCreate(Request):
    """A flow to be made, unless there is one of that name."""

    name: Name
    tags: list[Text] = Field(default_factory=list)
    labels: Labels = Field(default_factory=dict)


class FlowUpdate(Request):
    """Changes to a flow."""

    tags: list[Text] = Field(default_factory=list)


class FlowPaginationResponse(Page):
    """A page of flows."""

    results: list[Flow]


class FlowBulkDeleteResponse(Shape):
    """The flows that were deleted."""

    deleted: list[UUID] = Field(default_factory=list)
