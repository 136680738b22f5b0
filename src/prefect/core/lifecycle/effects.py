"""What a transition makes happen besides the change of state, as values that the committing transaction performs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """Begin attempt `number` of the run: give it a lease."""

    number: int


@dataclass(frozen=True, slots=True)
class CloseAttempt:
    """End the attempt's lease."""

    number: int


@dataclass(frozen=True, slots=True)
class ReleaseSlots:
    """Free every concurrency slot that the attempt holds."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CrashTasks:
    """Mark the attempt's task runs that have not ended as crashed."""

    attempt: int
    message: str


@dataclass(frozen=True, slots=True)
class DropReplay:
    """Forget large results that were kept only so that the run could be resumed."""


Effect = OpenAttempt | CloseAttempt | ReleaseSlots | CrashTasks | DropReplay
