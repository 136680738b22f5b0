"""Holding slots around a block, and taking slots at a rate: the steps that `sync` and `asyncio` drive.

Limits are made with `prefect gcl create`. A limit that does not exist limits nothing, unless `strict`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from prefect.connect import current_runtime
from prefect.core.ports import SlotRequest
from prefect.engine.context import FlowRunContext
from prefect.engine.runtime import Runtime
from prefect.engine.slots import Patience, slot_request, wait_for_slots
from prefect.engine.steps import Block, Steps
from prefect.exceptions import SlotLeaseLost

logger = logging.getLogger("prefect.concurrency")

Names = str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Slots that a block holds."""

    runtime: Runtime
    request: SlotRequest
    limited: bool
    """Whether any limit is in force."""


def runtime_here() -> Runtime:
    """The current flow run's runtime, or the one in force."""
    context = FlowRunContext.current.get()
    return current_runtime() if context is None else context.runtime


def take(
    names: Names,
    occupy: int,
    patience: Patience,
    *,
    lease_duration: float = 300,
    strict: bool = False,
    rate: bool = False,
    kind: str = "global",
    holder: object = None,
) -> Steps[Hold]:
    """Wait for slots; see `concurrency.sync.concurrency` for the arguments."""
    runtime = runtime_here()
    run_id = _id_of(holder)
    request = slot_request(
        names,
        occupy,
        runtime.clock,
        lease_seconds=lease_duration,
        strict=strict,
        rate=rate,
        kind=kind,
        run_id=run_id,
    )
    grant = yield from wait_for_slots(runtime, request, patience)
    return Hold(runtime, request, bool(grant.limits))


def give_back(hold: Hold, raise_if_lost: bool | None) -> Steps[None]:
    """Release what a block held; a lease that ran out meanwhile is logged, or raised as SlotLeaseLost."""
    if not hold.limited:
        return
    backend, request = hold.runtime.backend, hold.request
    if (yield Block(partial(backend.release_slots, request.holder))):
        return
    message = f"The slots of {list(request.names)!r} were lost while they were held: their lease ran out."
    if raise_if_lost:
        raise SlotLeaseLost(message)
    logger.warning(message)


def _id_of(holder: object) -> UUID | None:
    identity = holder.get("id") if isinstance(holder, dict) else getattr(holder, "id", None)
    return None if identity is None else UUID(str(identity))
