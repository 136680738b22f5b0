"""Concurrency limits: of tags, and global ones with slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from prefect.client.calls import (
    MISSING,
    TAKEN,
    Call,
    Calls,
    ask,
    given,
    known,
    many,
    new_id,
    nothing,
    one,
    path,
    raw,
    searching,
)
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.client.schemas.objects import ConcurrencyLeaseHolder, ConcurrencyLimit
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.exceptions import ObjectNotFound

if TYPE_CHECKING:
    import httpx

Mode = Literal["concurrency", "rate_limit"]

# --- limits of tags


def create_concurrency_limit(tag: str, concurrency_limit: int) -> Call[UUID]:
    """Limit how many task runs with a tag may run at once, or change the limit, and return its id."""
    body = {"tag": tag, "concurrency_limit": concurrency_limit}
    return Call("POST", "/concurrency_limits/", new_id, body=body, repeatable=True)


def read_concurrency_limit_by_tag(tag: str) -> Call[ConcurrencyLimit]:
    """The limit of a tag. Raises ObjectNotFound."""
    return Call("GET", path("/concurrency_limits/tag/{}", tag), one(ConcurrencyLimit), refusals=MISSING)


def read_concurrency_limits(limit: int, offset: int) -> Call[list[ConcurrencyLimit]]:
    """The limits of all tags."""
    return searching("/concurrency_limits/filter", many(ConcurrencyLimit), {"limit": limit, "offset": offset})


def reset_concurrency_limit_by_tag(tag: str, slot_override: list[UUID | str] | None = None) -> Call[None]:
    """Free the slots of a tag, but for those of the task runs given. Raises ObjectNotFound."""
    body = {"slot_override": None if slot_override is None else [str(slot) for slot in slot_override]}
    place = path("/concurrency_limits/tag/{}/reset", tag)
    return Call("POST", place, nothing, body=body, refusals=MISSING, repeatable=True)


def delete_concurrency_limit_by_tag(tag: str) -> Call[None]:
    """Delete the limit of a tag. Raises ObjectNotFound."""
    return Call("DELETE", path("/concurrency_limits/tag/{}", tag), nothing, refusals=MISSING)


def increment_v1_concurrency_slots(names: list[str], task_run_id: UUID) -> Call[httpx.Response]:
    """Take a slot of each tag for a task run. Raises PrefectHTTPStatusError, 423 if there is none free."""
    body = {"names": names, "task_run_id": task_run_id}
    return Call("POST", "/concurrency_limits/increment", raw, body=body, repeatable=True)


def decrement_v1_concurrency_slots(
    names: list[str], task_run_id: UUID, occupancy_seconds: float
) -> Call[httpx.Response]:
    """Give the slots of a task run back."""
    body = {"names": names, "task_run_id": task_run_id, "occupancy_seconds": occupancy_seconds}
    return Call("POST", "/concurrency_limits/decrement", raw, body=body, repeatable=True)


# --- global limits


def create_global_concurrency_limit(concurrency_limit: GlobalConcurrencyLimitCreate) -> Call[UUID]:
    """Make a limit and return its id. Raises ObjectAlreadyExists."""
    return Call("POST", "/v2/concurrency_limits/", new_id, body=given(concurrency_limit), refusals=TAKEN)


def read_global_concurrency_limit_by_name(name: str) -> Call[GlobalConcurrencyLimitResponse]:
    """A limit. Raises ObjectNotFound."""
    place = path("/v2/concurrency_limits/{}", name)
    return Call("GET", place, one(GlobalConcurrencyLimitResponse), refusals=MISSING)


def read_global_concurrency_limits(limit: int = 10, offset: int = 0) -> Call[list[GlobalConcurrencyLimitResponse]]:
    """Limits, `limit` of them from `offset` on."""
    body = {"limit": limit, "offset": offset}
    return searching("/v2/concurrency_limits/filter", many(GlobalConcurrencyLimitResponse), body)


def update_global_concurrency_limit(name: str, concurrency_limit: GlobalConcurrencyLimitUpdate) -> Call[httpx.Response]:
    """Change what is given of a limit. Raises ObjectNotFound."""
    place = path("/v2/concurrency_limits/{}", name)
    return Call("PATCH", place, raw, body=given(concurrency_limit), refusals=MISSING)


def upsert_global_concurrency_limit_by_name(
    name: str, limit: int, slot_decay_per_second: float | None = None
) -> Calls[None]:
    """Make a limit, or change the one of that name."""
    try:
        yield from ask(read_global_concurrency_limit_by_name(name))
    except ObjectNotFound:
        made = known(name=name, limit=limit, slot_decay_per_second=slot_decay_per_second)
        yield from ask(create_global_concurrency_limit(GlobalConcurrencyLimitCreate.model_validate(made)))
    else:
        changes = known(limit=limit, slot_decay_per_second=slot_decay_per_second)
        yield from ask(update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate.model_validate(changes)))


def delete_global_concurrency_limit_by_name(name: str) -> Call[httpx.Response]:
    """Delete a limit. Raises ObjectNotFound."""
    return Call("DELETE", path("/v2/concurrency_limits/{}", name), raw, refusals=MISSING)


def increment_concurrency_slots(names: list[str], slots: int, mode: Mode) -> Call[httpx.Response]:
    """Take slots of each limit. Raises PrefectHTTPStatusError, 423 with Retry-After if there are too few free."""
    body = {"names": names, "slots": slots, "mode": mode}
    return Call("POST", "/v2/concurrency_limits/increment", raw, body=body)


def increment_concurrency_slots_with_lease(
    names: list[str], slots: int, mode: Mode, lease_duration: float, holder: ConcurrencyLeaseHolder | None = None
) -> Call[httpx.Response]:
    """Take slots of each limit for `lease_duration` seconds, unless the lease is renewed.

    Raises PrefectHTTPStatusError, 423 with Retry-After if there are too few free.
    """
    body = {"names": names, "slots": slots, "mode": mode, "lease_duration": lease_duration}
    if holder is not None:
        body["holder"] = holder.model_dump(mode="json")
    return Call("POST", "/v2/concurrency_limits/increment-with-lease", raw, body=body)


def renew_concurrency_lease(lease_id: UUID, lease_duration: float) -> Call[httpx.Response]:
    """Keep slots for `lease_duration` seconds more. Raises PrefectHTTPStatusError, 410 if the lease has run out."""
    place = path("/v2/concurrency_limits/leases/{}/renew", lease_id)
    return Call("POST", place, raw, body={"lease_duration": lease_duration}, repeatable=True)


def release_concurrency_slots(names: list[str], slots: int, occupancy_seconds: float) -> Call[httpx.Response]:
    """Give slots of each limit back."""
    body = {"names": names, "slots": slots, "occupancy_seconds": occupancy_seconds}
    return Call("POST", "/v2/concurrency_limits/decrement", raw, body=body)


def release_concurrency_slots_with_lease(lease_id: UUID) -> Call[httpx.Response]:
    """Give the slots of a lease back."""
    body = {"lease_id": lease_id}
    return Call("POST", "/v2/concurrency_limits/decrement-with-lease", raw, body=body, repeatable=True)
