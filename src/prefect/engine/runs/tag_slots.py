"""Slots of tag limits: a task whose tags have a limit waits for a slot of each before it runs.

Whether there are such limits is known from a cached look at the record, so that tasks without tags pay nothing and
tasks with tags next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID

from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.times import to_datetime
from prefect.engine.runs.recorder import TaskRecorder
from prefect.engine.runtime import Runtime
from prefect.engine.slots import Patience, slot_request, wait_for_slots
from prefect.engine.steps import Block, Steps

TAG = "tag"


def limited(runtime: Runtime, tags: Iterable[str]) -> Sequence[str]:
    """Those of a task's tags that have a limit."""
    limits = runtime.backend.tag_limits()
    return [tag for tag in tags if tag in limits] if limits else ()


def hold(runtime: Runtime, recorder: TaskRecorder, tags: Sequence[str]) -> Steps[UUID]:
    """Wait for a slot of every limit; returns what `give_back` needs.

    While it waits, the run is on record as AwaitingConcurrencySlot. Raises ConcurrencySlotAcquisitionError if a limit
    has no slots at all.
    """
    run_id = recorder.run.id
    request = slot_request(tags, 1, runtime.clock, kind=TAG, run_id=run_id)
    grant = yield Block(partial(runtime.backend.acquire_slots, request))
    if not grant.granted:
        now = runtime.clock.now()
        details = StateDetails(scheduled_time=to_datetime(now))
        name, kind = "AwaitingConcurrencySlot", StateType.SCHEDULED
        recorder.enter(State.at(now, kind, name, grant.reason, details=details))
        yield from wait_for_slots(runtime, request, Patience())
    return request.holder


def give_back(runtime: Runtime, holder: UUID) -> None:
    """Free the slots of a task that has ended."""
    runtime.backend.release_slots(holder)
