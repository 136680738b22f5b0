"""When a deployment's runs start."""

from __future__ import annotations

from prefect.wire.recurrence import DEFAULT_ANCHOR_DATE, MAX_RRULE_LENGTH
from prefect.wire.schedules import (
    MAX_ITERATIONS,
    SCHEDULE_TYPES,
    CronSchedule,
    IntervalSchedule,
    NoSchedule,
    RRuleSchedule,
    construct_schedule,
    is_schedule_type,
    is_valid_timezone,
)

__all__ = [
    "CronSchedule",
    "DEFAULT_ANCHOR_DATE",
    "IntervalSchedule",
    "MAX_ITERATIONS",
    "MAX_RRULE_LENGTH",
    "NoSchedule",
    "RRuleSchedule",
    "SCHEDULE_TYPES",
    "construct_schedule",
    "is_schedule_type",
    "is_valid_timezone",
]
