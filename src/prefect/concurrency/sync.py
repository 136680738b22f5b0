"""Concurrency and rate limits for blocking code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.concurrency.holding import Names, give_back, take
from prefect.engine.drive import drive
from prefect.engine.slots import Patience
from prefect.exceptions import AcquireConcurrencySlotTimeoutError, ConcurrencySlotAcquisitionError

__all__ = [
    "AcquireConcurrencySlotTimeoutError",
    "ConcurrencySlotAcquisitionError",
    "concurrency",
    "rate_limit",
]


@contextmanager
def concurrency(
    names: Names,
    occupy: int = 1,
    timeout_seconds: float | None = None,
    max_retries: int | None = None,
    lease_duration: float = 300,
    strict: bool = False,
    holder: object = None,
    raise_on_lease_renewal_failure: bool | None = None,
) -> Iterator[None]:
    """Hold slots of one or several limits around a block.

    Args:
        names: of the limits; all are taken at once, or none.
        occupy: slots to take of each, at least 1.
        timeout_seconds: how long to wait; without end unless given.
        max_retries: how often to ask again; without end unless given.
        lease_duration: seconds, at least 60, after which the slots are given to others should this process be cut
            off; renewed while it lives.
        strict: whether it is an error that none of the limits exists.
        holder: on record as who holds the slots; the current run unless given.
        raise_on_lease_renewal_failure: raise if the slots went to others before the block ended; logged otherwise.

    Raises AcquireConcurrencySlotTimeoutError when the time is up, ConcurrencySlotAcquisitionError if the slots cannot
    be had or the retries are used up, SlotLeaseLost as said above.
    """
    patience = Patience(timeout_seconds, max_retries)
    hold = drive(take(names, occupy, patience, lease_duration=lease_duration, strict=strict, holder=holder))
    try:
        yield
    except BaseException:
        drive(give_back(hold, False))
        raise
    drive(give_back(hold, raise_on_lease_renewal_failure))


def rate_limit(names: Names, occupy: int = 1, timeout_seconds: float | None = None, strict: bool = False) -> None:
    """Wait until slots of limits that decay are free, and take them; they come back by decay alone.

    Args:
        names: of the limits; all are taken at once, or none.
        occupy: slots to take of each, at least 1.
        timeout_seconds: how long to wait; without end unless given.
        strict: whether it is an error that none of the limits exists.

    Raises AcquireConcurrencySlotTimeoutError when the time is up, ConcurrencySlotAcquisitionError if a limit is too
    small or does not decay.
    """
    drive(take(names, occupy, Patience(timeout_seconds), strict=strict, rate=True))
