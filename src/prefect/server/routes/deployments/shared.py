"""What the routes of deployments have in common."""

from __future__ import annotations

from uuid import UUID

from prefect.server.http.calls import AnyCall
from prefect.server.http.errors import Refusal, invalid, not_found
from prefect.server.live.bus import Change
from prefect.storage.documents import Record
from prefect.storage.keyed.work import deployments as stored
from prefect.wire.schedules import NoSchedule

MISSING = not_found("Deployment")
NOT_THERE = Refusal(404, "Deployment not found.")
"""The same, as routes that change something inside a deployment say it."""


def has_times(schedule: object, *place: str | int) -> None:
    """Raise InvalidRequest for a schedule that has no times at all."""
    if isinstance(schedule, NoSchedule):
        raise invalid(("body", *place), "A schedule has one of interval, cron and rrule", "missing")


def known(call: AnyCall) -> Record:
    """The deployment that the path names. Raises Refusal (404)."""
    deployment_id = call.id()
    found: Record | None = call.world.store.read(lambda tx: stored.by_id(tx, deployment_id))
    if found is None:
        raise MISSING
    return found


def tell(call: AnyCall, deployment_id: UUID) -> None:
    """Say that a deployment changed."""
    call.world.bus.tell([Change("deployment", deployment_id.hex)])
