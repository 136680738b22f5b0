"""What a transition makes happen besides the change of state, as values that the committing transaction performs."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

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


@record
class ChangePolicy:
    """Note in the flow run's policy what its next decisions rest on."""

    changes: Mapping[str, object]


@record
class TakeDeploymentSlot:
    """Have the flow run hold a slot of its deployment."""

    lease: UUID


@record
class GiveBackDeploymentSlot:
    """Free the slot of its deployment that the flow run holds."""

    lease: object
    """Id of the lease."""


@record
class TakeTagSlots:
    """Have the task run hold a slot of each of its tags that has a limit."""


@record
class KeepInCache:
    """Let task runs that ask for this key have the state entered."""

    key: str
    expires: int | None


@record
class SameTry:
    """Do not count the flow run's RUNNING as a further try."""


@record
class CountAnew:
    """Begin to count the task run's tries again."""


@record
class NoteFlowRunTry:
    """Note which try of the flow run the task run belongs to."""

    number: int


Effect = (
    OpenAttempt
    | CloseAttempt
    | ReleaseSlots
    | CrashTasks
    | DropReplay
    | ChangePolicy
    | TakeDeploymentSlot
    | GiveBackDeploymentSlot
    | TakeTagSlots
    | KeepInCache
    | SameTry
    | CountAnew
    | NoteFlowRunTry
)
