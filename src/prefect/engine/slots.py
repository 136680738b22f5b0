"""Waiting for concurrency slots: asking again until they are granted, as steps that block a thread or a coroutine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from prefect.core.ports import Clock, SlotGrant, SlotRequest
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.runtime import Runtime
from prefect.engine.steps import Block, Sleep, Steps
from prefect.exceptions import AcquireConcurrencySlotTimeoutError, ConcurrencySlotAcquisitionError

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.1
MOST_RETRY_PAUSE = 1.0
SHORTEST_LEASE = 60.0


class Uninterrupted(Block):
    """A call whose end is waited for even if the coroutine is cancelled, so that nothing is taken behind its back."""

    __slots__ = ()

    async def aperform(self) -> Any:
        import asyncio

        work = asyncio.ensure_future(asyncio.to_thread(self.call))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise


class Patience(NamedTuple):
    """How long to wait for slots."""

    timeout_seconds: float | None = None
    max_retries: int | None = None
    """How often to ask again; without limit if None."""


def slot_request(
    names: str | Sequence[str] | None,
    occupy: int,
    clock: Clock,
    *,
    lease_seconds: float = 300,
    strict: bool = False,
    rate: bool = False,
    kind: str = "global",
    run_id: UUID | None = None,
) -> SlotRequest:
    """A request by the current run. Raises ConcurrencySlotAcquisitionError for numbers that make no sense."""
    listed = [names] if isinstance(names, str) else list(names or ())
    if listed and occupy < 1:
        _refuse(listed, "slots: Input should be greater than 0")
    if listed and lease_seconds < SHORTEST_LEASE:
        _refuse(listed, "lease_duration: Input should be greater than or equal to 60")
    current, attempt = current_run()
    return SlotRequest(
        names=listed,
        occupy=occupy,
        holder=clock.new_id(),
        run_id=run_id or current,
        attempt=attempt,
        lease_seconds=lease_seconds,
        strict=strict,
        rate=rate,
        kind=kind,
    )


def _refuse(names: Sequence[str], reason: str) -> None:
    raise ConcurrencySlotAcquisitionError(
        f"Unable to acquire concurrency slots on {names!r}: 422 Unprocessable Entity: {reason}"
    )


def current_run() -> tuple[UUID | None, int]:
    """Id and attempt of the task run or flow run that the code belongs to."""
    task, flow = TaskRunContext.current.get(), FlowRunContext.current.get()
    attempt = 1 if flow is None else flow.attempt
    if task is not None:
        return task.task_run.id, attempt
    return (None, attempt) if flow is None else (flow.flow_run.id, attempt)


def wait_for_slots(runtime: Runtime, request: SlotRequest, patience: Patience) -> Steps[SlotGrant]:
    """Ask until the slots are granted.

    Raises AcquireConcurrencySlotTimeoutError when the time is up, ConcurrencySlotAcquisitionError when they cannot be
    had or were asked for as often as allowed. Whoever gives up, or is interrupted, leaves the queue.
    """
    if not request.names:
        return SlotGrant(True)
    deadline = None if patience.timeout_seconds is None else runtime.clock.monotonic() + patience.timeout_seconds
    try:
        for tries in count():
            grant: SlotGrant = yield Uninterrupted(partial(runtime.backend.acquire_slots, request))
            if grant.granted:
                return grant
            if patience.max_retries is not None and tries >= patience.max_retries:
                raise ConcurrencySlotAcquisitionError(
                    f"Unable to acquire concurrency slots on {list(request.names)!r}: 423 Locked: Locked"
                )
            left = None if deadline is None else deadline - runtime.clock.monotonic()
            if left is not None and left <= 0:
                raise AcquireConcurrencySlotTimeoutError(
                    f"Attempt to acquire concurrency slots timed out after {patience.timeout_seconds} second(s)"
                )
            yield Sleep(_pause(tries, grant.retry_after, left, patience))
    except BaseException:
        runtime.backend.release_slots(request.holder)
        raise
    raise AssertionError("count() has an end")


def _pause(tries: int, advised: float, left: float | None, patience: Patience) -> float:
    """Seconds until the next try: short at first; with counted tries each stands for a second."""
    if patience.max_retries is not None:
        pause = MOST_RETRY_PAUSE
    else:
        pause = min(max(FIRST_PAUSE * (tries + 1), advised), LONGEST_PAUSE)
    return pause if left is None else max(min(pause, left), 0.0)
