"""Runs whose process is gone: how that is seen, and how they end as crashed.

On the holder's own machine the process itself is looked at; elsewhere an expired lease says as much. A process that is
alive keeps its run, however late its heartbeat.
"""

from __future__ import annotations

from prefect.core.lifecycle.states import State, StateType
from prefect.core.times import SECOND, to_datetime
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed.attempts import Attempt

CLIENT = "client/-/0/"
"""Holder of the attempts of clients of the API: no process that can be looked at, and none that renews."""


def is_lost(attempt: Attempt, now: int) -> bool:
    """Whether nobody runs the attempt any more."""
    gone = is_gone(attempt.holder)
    return attempt.expires < now if gone is None else gone


def crashed_state(attempt: Attempt, now: int, lease_seconds: float) -> State[object]:
    """The state of a run that was lost, with what is known of the cause."""
    return State.at(now, StateType.CRASHED, "Crashed", crash_message(attempt, lease_seconds))


def crash_message(attempt: Attempt, lease_seconds: float) -> str:
    """What is known of the end of the attempt's process."""
    if attempt.holder == CLIENT:
        return "The process that ran this flow has not been heard of in time; it sends heartbeats no more."
    host, *_, pid, _start = attempt.holder.split("/")
    process = f"The process that ran this flow (pid {pid} on {host})"
    if is_gone(attempt.holder):
        return f"{process} ended without reporting: it was killed, ran out of memory, or lost its machine."
    heard = to_datetime(attempt.expires - int(lease_seconds * SECOND))
    return f"{process} has not been heard of since {heard:%Y-%m-%d %H:%M:%S} UTC."
