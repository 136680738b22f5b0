"""Where commands get at the record, and the words for what it does not have."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prefect.cli.output import fail
from prefect.connect import CLOCK, embedded_backend
from prefect.core.times import to_datetime
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.services import crash_detection


def backend() -> EmbeddedBackend:
    """The embedded backend."""
    return embedded_backend()


def checked_backend() -> EmbeddedBackend:
    """The embedded backend, after runs whose process is gone were ended as crashed."""
    found = embedded_backend()
    crash_detection.tick(found.store, found.clock)
    return found


def now() -> datetime:
    """The moment, in UTC."""
    return to_datetime(CLOCK.now())


def found(record: dict[str, object] | None, kind: str, named: UUID | str) -> dict[str, object]:
    """The record; ends the command if there is none."""
    if record is None:
        fail(f"{kind} {str(named)!r} not found!")
    return record
