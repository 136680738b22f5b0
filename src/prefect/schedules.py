"""Schedules: when a deployment's runs start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from prefect.connect import CLOCK
from prefect.core.times import to_datetime

__all__ = ["Cron", "Interval", "RRule", "Schedule"]


@dataclass(frozen=True)
class Schedule:
    """Times at which runs start: every `interval`, or by a `cron` expression, or by an `rrule`; made by the functions
    below.

    Raises ValueError unless exactly one of the three is given, or if the interval is not positive.
    """

    interval: timedelta | None = None
    cron: str | None = None
    rrule: str | None = None
    timezone: str | None = None
    anchor_date: datetime = field(default_factory=lambda: to_datetime(CLOCK.now()))
    """From where intervals are counted."""

    day_or: bool = True
    """Whether a cron expression that names both day of month and day of week means either, rather than both."""

    active: bool = True
    parameters: dict[str, Any] = field(default_factory=dict)
    """Take the place of the deployment's own."""

    slug: str | None = None
    """Tells a deployment's schedules apart, so that one can be changed."""

    def __post_init__(self) -> None:
        given = [name for name in ("interval", "cron", "rrule") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"A schedule has exactly one of interval, cron and rrule, not {given or 'none'}.")
        if self.interval is not None and self.interval <= timedelta(0):
            raise ValueError(f"A schedule's interval must be positive, not {self.interval}.")


def Cron(
    cron: str,
    /,
    timezone: str | None = None,
    day_or: bool = True,
    active: bool = True,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Schedule:
    """A schedule by a cron expression, such as `"0 6 * * 1-5"`, in a time zone such as `"Europe/Berlin"`."""
    return Schedule(cron=cron, timezone=timezone, day_or=day_or, active=active, parameters=parameters or {}, slug=slug)


def Interval(
    interval: timedelta | float,
    /,
    anchor_date: datetime | None = None,
    timezone: str | None = None,
    active: bool = True,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Schedule:
    """A schedule of one run every `interval` (seconds, or a timedelta), counted from `anchor_date`."""
    every = interval if isinstance(interval, timedelta) else timedelta(seconds=interval)
    return Schedule(
        interval=every,
        anchor_date=anchor_date or to_datetime(CLOCK.now()),
        timezone=timezone,
        active=active,
        parameters=parameters or {},
        slug=slug,
    )


def RRule(
    rrule: str,
    /,
    timezone: str | None = None,
    active: bool = True,
    parameters: dict[str, Any] | None = None,
    slug: str | None = None,
) -> Schedule:
    """A schedule by a recurrence rule of RFC 5545, such as `"FREQ=DAILY;INTERVAL=2"`."""
    return Schedule(rrule=rrule, timezone=timezone, active=active, parameters=parameters or {}, slug=slug)
