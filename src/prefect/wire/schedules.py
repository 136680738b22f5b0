"""Schedules in JSON: when a deployment's runs start.

Whatever passes here comes true at least once and can be evaluated in bounded time: texts are short, intervals lie between
a second and a century, and a cron expression or rule is tried out before it is taken (31 February is refused).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Self, TypeGuard
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema, field_validator, model_validator

from prefect.wire.base import Request, Text, now
from prefect.wire.recurrence import comes_true, in_zone, written, zone_of

if TYPE_CHECKING:
    from dateutil.rrule import rrule as Rule
    from dateutil.rrule import rruleset as RuleSet

MAX_ITERATIONS = 1000
"""Fire times computed for one schedule at a time, at most."""

MAX_CRON_LENGTH = 1000
MAX_ZONE_LENGTH = 255
MIN_INTERVAL = timedelta(seconds=1)
MAX_INTERVAL = timedelta(days=36525)

TRIAL_START = datetime(2000, 1, 1)
_SHOWN = 40


# --- what fields must hold


def is_valid_timezone(v: str) -> bool:
    """Whether the time zone is known, such as `Europe/Berlin`."""
    if not v or len(v) > MAX_ZONE_LENGTH:
        return False
    try:
        ZoneInfo(v)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _known_zone(name: str | None) -> str | None:
    if name and not is_valid_timezone(name):
        shown = name[:_SHOWN]
        raise ValueError(f'Invalid timezone: "{shown}" (specify in IANA tzdata format, for example, America/New_York)')
    return name


def _sensible_interval(interval: timedelta) -> timedelta:
    if interval < MIN_INTERVAL:
        raise ValueError("an interval lasts at least 1 second; give a longer one")
    if interval > MAX_INTERVAL:
        raise ValueError("an interval lasts 36525 days (a century) at most; give a shorter one")
    return interval


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None
    return moment


def _cron_comes_true(cron: str) -> str:
    shown = cron[:_SHOWN]
    if len(cron) > MAX_CRON_LENGTH:
        raise ValueError(f'Invalid cron string: "{shown}..." is longer than {MAX_CRON_LENGTH} characters')
    if re.search(r"(?:^|\s)[rh]\b", cron, re.IGNORECASE):
        raise ValueError(f'Random and Hashed expressions are unsupported, received: "{shown}"')
    from croniter import CroniterBadDateError, CroniterError, croniter  # 35 ms, when a schedule is first read

    try:
        croniter(cron, TRIAL_START).get_next(datetime)
    except CroniterBadDateError:
        raise ValueError(f'Invalid cron string: "{shown}" names a day that never comes') from None
    except (CroniterError, ValueError, KeyError, AttributeError, TypeError, IndexError):
        raise ValueError(f'Invalid cron string: "{shown}"') from None
    return cron


Zone = Annotated[Text | None, AfterValidator(_known_zone)]


# --- the schedules


class IntervalSchedule(Request):
    """A run every `interval`, counted from `anchor_date`; over a day long, in local time of `timezone`."""

    interval: Annotated[
        timedelta, Field(gt=timedelta(0)), AfterValidator(_sensible_interval), WithJsonSchema({"type": "number"})
    ]
    anchor_date: Annotated[datetime, AfterValidator(_aware)] = Field(default_factory=now)
    timezone: Zone = None

    @model_validator(mode="after")
    def _in_some_zone(self) -> Self:
        if self.timezone is None:
            self.timezone = getattr(self.anchor_date.tzinfo, "key", None) or "UTC"
        return self


class CronSchedule(Request):
    """A run whenever a cron expression comes true, in local time of `timezone`.

    `day_or`: whether an expression that names both day of month and day of week means either, rather than both.
    """

    cron: Annotated[Text, AfterValidator(_cron_comes_true)]
    timezone: Zone = None
    day_or: bool = True


class RRuleSchedule(Request):
    """A run whenever a recurrence rule of RFC 5545 comes true, in local time of `timezone`."""

    rrule: Annotated[Text, AfterValidator(comes_true)]
    timezone: Annotated[Zone, Field(validate_default=False)] = "UTC"

    @field_validator("timezone")
    @classmethod
    def _in_some_zone(cls, name: str | None) -> str:
        return name or "UTC"

    @classmethod
    def from_rrule(cls, rrule: Rule | RuleSet) -> RRuleSchedule:
        """The schedule of a rule of `dateutil`, in the time zone that the rule begins in."""
        return cls(rrule=written(rrule), timezone=zone_of(rrule) or "UTC")

    def to_rrule(self) -> Rule | RuleSet:
        """The rule for `dateutil`, in the schedule's time zone; one that names no start begins on 1 January 2020."""
        return in_zone(self.rrule, ZoneInfo(self.timezone or "UTC"))


class NoSchedule(Request):
    """No schedule at all; takes the place of one that is to be removed."""


def _kind(given: object) -> str | None:
    names = given if isinstance(given, dict) else type(given).model_fields if isinstance(given, Request) else ()
    return next((name for name in ("interval", "cron", "rrule") if name in names), "none" if not names else None)


SCHEDULE_TYPES = Annotated[
    Annotated[IntervalSchedule, Tag("interval")]
    | Annotated[CronSchedule, Tag("cron")]
    | Annotated[RRuleSchedule, Tag("rrule")]
    | Annotated[NoSchedule, Tag("none")],
    Discriminator(
        _kind,
        custom_error_type="schedule_kind",
        custom_error_message="A schedule has one of interval, cron and rrule",
    ),
]


def is_schedule_type(obj: object) -> TypeGuard[IntervalSchedule | CronSchedule | RRuleSchedule | NoSchedule]:
    """Whether it is a schedule."""
    return isinstance(obj, (IntervalSchedule, CronSchedule, RRuleSchedule, NoSchedule))


def construct_schedule(
    interval: int | float | timedelta | None = None,
    anchor_date: datetime | str | None = None,
    cron: str | None = None,
    rrule: str | None = None,
    timezone: str | None = None,
) -> IntervalSchedule | CronSchedule | RRuleSchedule:
    """The schedule that is asked for. Raises ValueError unless exactly one of interval, cron and rrule is given."""
    given = [value for value in (interval, cron, rrule) if value is not None]
    if len(given) > 1:
        raise ValueError("Only one of interval, cron, or rrule can be provided.")
    if anchor_date and interval is None:
        raise ValueError("An anchor date can only be provided with an interval schedule")
    if interval is not None:
        fields = {"interval": interval, "anchor_date": anchor_date, "timezone": timezone}
        return IntervalSchedule.model_validate({name: value for name, value in fields.items() if value is not None})
    if cron is not None:
        return CronSchedule(cron=cron, timezone=timezone)
    if rrule is not None:
        return RRuleSchedule(rrule=rrule, timezone=timezone)
    raise ValueError("Either interval, cron, or rrule must be provided")
