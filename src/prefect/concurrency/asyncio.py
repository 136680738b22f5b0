"""Concurrency and rate limits for asynchronous code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prefect.concurrency.holding import Names, give_back, take
from prefect.engine.drive import adrive
from prefect.engine.slots import Patience
from prefect.exceptions import AcquireConcurrencySlotTimeoutError, ConcurrencySlotAcquisitionError

__all__ = [
    "AcquireConcurrencySlotTimeoutError",
    "ConcurrencySlotAcquisitionError",
    "concurrency",
    "rate_limit",
]


@asynccontextmanager
async def concurrency(
    names: Names,
    occupy: int = 1,
    timeout_seconds: float | None = None,
    max_retries: int | None = None,
    lease_duration: float = 300,
    strict: bool = False,
    holder: object = None,
    raise_on_lease_renewal_failure: bool | None = None,
) -> AsyncIterator[None]:
    """Hold slots of one or several limits around a block; arguments and errors as for `sync.concurrency`."""
    patience = Patience(timeout_seconds, max_retries)
    hold = await adrive(take(names, occupy, patience, lease_duration=lease_duration, strict=strict, holder=holder))
    try:
        yield
    except BaseException:
        await adrive(give_back(hold, False))
        raise
    await adrive(give_back(hold, raise_on_lease_renewal_failure))


async def rate_limit(names: Names, occupy: int = 1, timeout_seconds: float | None = None, strict: bool = False) -> None:
    """Wait until slots of limits that decay are free, and take them; arguments and errors as for `sync.rate_limit`."""
    await adrive(take(names, occupy, Patience(timeout_seconds), strict=strict, rate=True))
