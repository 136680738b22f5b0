"""What a transition makes happen besides the change of state, as values that the committing transaction performs."""

from __future__ import annotations

from prefect.utilities.records import record


@record
class OpenAttempt:
    """Begin attempt `number` of the run: give it a lease."""

    number: int


@record
class CloseAttempt:
    """End the attempt's lease."""

    number: int


@record
class ReleaseSlots:
    """Free every concurrency slot that the attempt holds."""

    attempt: int


@record
class CrashTasks:
    """Mark the attempt's task runs that have not ended as crashed."""

    attempt: int
    message: str


@record
class DropReplay:
    """Forget large results that were kept only so that the run could be resumed."""


Effect = OpenAttempt | CloseAttempt | ReleaseSlots | CrashTasks | DropReplay
