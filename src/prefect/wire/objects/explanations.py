"""Why a flow run is where it is: not part of Prefect's API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prefect.wire.base import Shape


class SlotHolder(Shape):
    """Who has slots of a limit."""

    id: UUID
    type: str
    """`flow_run`, `task_run`, or `slot` for one that belongs to no run."""

    name: str | None
    since: datetime | None
    slots: int
    process: str | None
    expires: datetime | None


class LimitReached(Shape):
    """A limit that has nothing free."""

    name: str
    slots: int
    taken: int
    waiting: str | None
    """The task run that waits for it, where that is not the flow run itself."""


class Blockage(Shape):
    """One thing that holds a run up."""

    waiting: bool
    cause: str
    sentence: str
    since: datetime | None
    next_decision_time: datetime | None
    limit: LimitReached | None
    holders: list[SlotHolder]


class FlowRunExplanation(Blockage):
    """Why a flow run is where it is."""

    flow_run_id: UUID
    flow_run_name: str
    state_type: str | None
    state_name: str | None
    state_timestamp: datetime | None
    reason: str | None
    also: list[Blockage]
