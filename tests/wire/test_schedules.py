"""Schedules: what comes true passes, what never does is refused in bounded time, with a reason."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, rrule, rruleset
from pydantic import TypeAdapter, ValidationError

from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.schedules import Cron, Interval, RRule
from prefect.wire.schedules import (
    SCHEDULE_TYPES,
    CronSchedule,
    IntervalSchedule,
    NoSchedule,
    RRuleSchedule,
    construct_schedule,
    is_schedule_type,
)

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_SECOND = "BYHOUR=%s;BYMINUTE=%s;BYSECOND=%s" % tuple(  # noqa: UP031
    ",".join(map(str, range(size))) for size in (24, 60, 60)
)


@pytest.mark.parametrize(
    ("interval", "message"),
    [
        (0, "greater than 0"),
        (-5, "greater than 0"),
        (1e-9, "greater than 0"),
        (0.5, "at least 1 second"),
        (1e13, "a century"),
        (float("nan"), "timedelta"),
        ("soon", "timedelta"),
    ],
)
def test_intervals_that_make_no_sense(interval: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        IntervalSchedule.model_validate({"interval": interval})


def test_interval() -> None:
    schedule = IntervalSchedule(interval=90, anchor_date="2030-01-01T00:00:00+02:00", timezone="Europe/Berlin")
    assert schedule.interval == timedelta(seconds=90)
    assert schedule.anchor_date == datetime(2029, 12, 31, 22, tzinfo=UTC)
    assert schedule.model_dump(mode="json") == {
        "interval": 90.0,
        "anchor_date": "2030-01-01T00:00:00+02:00",
        "timezone": "Europe/Berlin",
    }
    assert IntervalSchedule(interval=60).timezone == "UTC"
    assert IntervalSchedule(interval=60, anchor_date=datetime(2030, 1, 1, tzinfo=BERLIN)).timezone == "Europe/Berlin"
    assert IntervalSchedule(interval=60, anchor_date=datetime(2030, 1, 1)).anchor_date.tzinfo is UTC
    with pytest.raises(ValidationError, match="years 1 to 9999"):
        IntervalSchedule(interval=60, anchor_date="0001-01-01T00:00:00+05:00")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../../etc/passwd", "x" * 10_000, "a\0b"])
def test_time_zones_that_are_none(zone: str) -> None:
    for fields in ({"interval": 60}, {"cron": "* * * * *"}, {"rrule": "FREQ=DAILY"}):
        with pytest.raises(ValidationError, match=r"Invalid timezone|NUL"):
            TypeAdapter(SCHEDULE_TYPES).validate_python({**fields, "timezone": zone})


@pytest.mark.parametrize(
    "cron", ["* * * * *", "@daily", "0 0 * * MON", "0 0 1 JAN *", "0 0 30 2 1", "0 12 * * THU#2", "0 0 l * *"]
)
def test_cron(cron: str) -> None:
    assert CronSchedule(cron=cron, timezone="Europe/Berlin").cron == cron


@pytest.mark.parametrize(
    ("cron", "message"),
    [
        ("* * *", "Invalid cron string"),
        ("", "Invalid cron string"),
        ("*/0 * * * *", "Invalid cron string"),
        ("every day", "Invalid cron string"),
        ("0 0 31 2 *", "a day that never comes"),
        ("0 0 31 4,6 *", "a day that never comes"),
        ("R R * * *", "Random and Hashed"),
        ("h h * * *", "Random and Hashed"),
        ("* " * 50_000, "longer than 1000"),
    ],
)
def test_cron_that_never_comes_true(cron: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CronSchedule(cron=cron)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "RRULE:FREQ=DAILY\nEXDATE:20300101T000000",
        "DTSTART;TZID=Europe/Berlin:20300101T000000\nRRULE:FREQ=DAILY;COUNT=3",
        "DTSTART:20240229T000000\nRRULE:FREQ=YEARLY;INTERVAL=4",
        "FREQ=DAILY;UNTIL=19990101T000000Z",
        "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10,11;BYDAY=MO,TU,WE",
        "FREQ=HOURLY;INTERVAL=7;BYDAY=TU",
        "FREQ=SECONDLY",
        "RDATE:20300101T000000",
        f"FREQ=DAILY;{EVERY_SECOND};BYSETPOS=366",
        "DTSTART:99990101T000000\nRRULE:FREQ=DAILY",
    ],
)
def test_rules(rule: str) -> None:
    assert RRuleSchedule(rrule=rule).rrule == rule


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("x", "Invalid RRule string"),
        ("FREQ=SOMETIMES", "Invalid RRule string"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be at least 1"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL must be at least 1"),
        ("FREQ=DAILY;COUNT=1\n" * 5000, "Max length is 6500, got 95000"),
        ("RRULE:FREQ=DAILY\n" * 300, "20 rules at most"),
        ("RRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY", "EXRULE is not supported"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "never comes"),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31", "never comes"),
        ("FREQ=SECONDLY;BYHOUR=3;BYWEEKNO=53;BYMONTH=6", "never comes"),
        ("FREQ=MINUTELY;BYYEARDAY=366;BYMONTH=1", "never comes"),
        ("FREQ=WEEKLY;INTERVAL=99999;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        ("DTSTART:20300101T000000\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO", "never comes"),
        ("DTSTART:20300101T000000\nRRULE:FREQ=HOURLY;INTERVAL=168;BYDAY=MO", "never comes"),
        ("DTSTART:20230101T000000\nRRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "never comes"),
        ("DTSTART:20300101T000000\nRRULE:FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3", "empty rule"),
        ("FREQ=HOURLY;INTERVAL=7;BYHOUR=3;BYDAY=TU", "does not divide a day"),
        ("FREQ=SECONDLY;BYSETPOS=5;BYSECOND=1", "BYSETPOS needs"),
    ],
)
def test_rules_that_never_come_true_are_refused_soon(rule: str, message: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ValidationError, match=message):
        RRuleSchedule(rrule=rule)
    assert time.perf_counter() - began < 5


def test_rules_for_dateutil() -> None:
    schedule = RRuleSchedule(rrule="FREQ=DAILY;UNTIL=20200103T000000Z", timezone="Europe/Berlin")
    assert list(schedule.to_rrule())[:2] == [datetime(2020, 1, 1, tzinfo=BERLIN), datetime(2020, 1, 2, tzinfo=BERLIN)]
    without = RRuleSchedule(rrule="RRULE:FREQ=DAILY;COUNT=3\nRDATE:20250101T000000\nEXDATE:20200102T000000").to_rrule()
    assert [moment.day for moment in without] == [1, 3, 1]


def test_rules_from_dateutil() -> None:
    rule = rrule(DAILY, dtstart=datetime(2030, 1, 1, tzinfo=BERLIN), count=3)
    assert RRuleSchedule.from_rrule(rule).timezone == "Europe/Berlin"
    rules = rruleset()
    rules.rrule(rrule(DAILY, dtstart=datetime(2030, 1, 1), count=3))
    rules.exdate(datetime(2030, 1, 2))
    assert [moment.day for moment in RRuleSchedule.from_rrule(rules).to_rrule()] == [1, 3]
    rules.rrule(rrule(DAILY, dtstart=datetime(2031, 1, 1), count=3))
    with pytest.raises(ValueError, match="one moment"):
        RRuleSchedule.from_rrule(rules)


def test_a_schedule_is_known_by_its_field() -> None:
    read = TypeAdapter(SCHEDULE_TYPES).validate_python
    assert isinstance(read({"interval": 60}), IntervalSchedule)
    assert isinstance(read({"cron": "* * * * *", "day_or": False}), CronSchedule)
    assert isinstance(read({"rrule": "FREQ=DAILY"}), RRuleSchedule)
    assert isinstance(read(NoSchedule()), NoSchedule)
    for wrong in ({"every": 60}, {"interval": 60, "cron": "* * * * *"}, 5, None):
        with pytest.raises(ValidationError):
            read(wrong)


def test_construct_schedule() -> None:
    assert construct_schedule(cron="* * * * *") == CronSchedule(cron="* * * * *")
    assert construct_schedule(interval=5, timezone="Europe/Berlin", anchor_date="2030-01-01") == IntervalSchedule(
        interval=5, timezone="Europe/Berlin", anchor_date=datetime(2030, 1, 1)
    )
    assert is_schedule_type(construct_schedule(rrule="FREQ=DAILY"))
    with pytest.raises(ValueError, match="must be provided"):
        construct_schedule()
    with pytest.raises(ValueError, match="Only one of"):
        construct_schedule(interval=5, cron="* * * * *")
    with pytest.raises(ValueError, match="An anchor date can only"):
        construct_schedule(cron="* * * * *", anchor_date=datetime(2030, 1, 1))


def test_schedules_of_the_sdk_become_requests() -> None:
    made = DeploymentScheduleCreate.from_schedule(
        Cron("0 6 * * *", timezone="Europe/Berlin", slug="daily", active=False)
    )
    assert made.schedule == CronSchedule(cron="0 6 * * *", timezone="Europe/Berlin")
    assert (made.slug, made.active) == ("daily", False)
    assert isinstance(DeploymentScheduleCreate.from_schedule(Interval(60)).schedule, IntervalSchedule)
    assert isinstance(DeploymentScheduleCreate.from_schedule(RRule("FREQ=DAILY")).schedule, RRuleSchedule)
