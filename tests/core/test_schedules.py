"""When schedules come true."""

from __future__ import annotations

import time
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from prefect.core.schedules import Horizon, fire_times, planned
from prefect.core.times import SECOND, to_datetime, to_micros

HOUR, DAY = 3600 * SECOND, 86_400 * SECOND


def moment(text: str) -> int:
    return to_micros(datetime.fromisoformat(text))


def shown(schedule: dict[str, object], start: str, end: str) -> list[str]:
    """The local times, with their offsets, at which a schedule comes true."""
    zone = ZoneInfo(str(schedule["timezone"]))
    found = fire_times(schedule, moment(start), moment(end))
    return [to_datetime(each).astimezone(zone).strftime("%d %H:%M%z") for each in found]


@pytest.mark.parametrize(
    ("schedule", "start", "end", "times"),
    [
        (  # through the day: every real hour, the doubled one included
            {"cron": "0 * * * *", "timezone": "Europe/Berlin"}, "2026-10-24T23:00+00:00", "2026-10-25T02:00+00:00",
            ["25 01:00+0200", "25 02:00+0200", "25 02:00+0100", "25 03:00+0100"],
        ),
        (  # begun within the doubled hour
            {"cron": "5 * * * *", "timezone": "Europe/Berlin"}, "2026-10-25T00:50+00:00", "2026-10-25T02:10+00:00",
            ["25 02:05+0100", "25 03:05+0100"],
        ),
        (  # once a day, though the clock shows the time twice
            {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}, "2026-10-24T12:00+00:00", "2026-10-26T12:00+00:00",
            ["25 02:30+0200", "26 02:30+0100"],
        ),
        (  # a skipped time: at the first instant after it
            {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}, "2026-03-28T12:00+00:00", "2026-03-30T12:00+00:00",
            ["29 03:00+0200", "30 02:30+0200"],
        ),
        (  # begun at that very instant
            {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}, "2026-03-29T01:00+00:00", "2026-03-29T12:00+00:00",
            ["29 03:00+0200"],
        ),
        (  # a skipped midnight
            {"cron": "0 0 * * *", "timezone": "Africa/Cairo"}, "2026-04-23T12:00+00:00", "2026-04-25T12:00+00:00",
            ["24 01:00+0300", "25 00:00+0300"],
        ),
        (  # a day that does not exist at all
            {"cron": "0 12 * * *", "timezone": "Pacific/Apia"}, "2011-12-29T12:00+00:00", "2011-12-31T12:00+00:00",
            ["29 12:00-1000", "31 00:00+1400", "31 12:00+1400"],
        ),
        (  # an interval of a day keeps to local time
            {"interval": 86400, "anchor_date": "2024-01-01T09:00:00+01:00", "timezone": "Europe/Berlin"},
            "2026-03-28T00:00+00:00", "2026-03-30T00:00+00:00",
            ["28 09:00+0100", "29 09:00+0200"],
        ),
        (  # a shorter one to real time
            {"interval": 7200, "anchor_date": "2024-01-01T09:00:00+01:00", "timezone": "Europe/Berlin"},
            "2026-10-24T23:00+00:00", "2026-10-25T02:00+00:00",
            ["25 02:00+0200", "25 03:00+0100"],
        ),
        (
            {"rrule": "FREQ=DAILY;BYHOUR=9;BYMINUTE=0", "timezone": "Europe/Berlin"},
            "2026-03-28T00:00+00:00", "2026-03-30T00:00+00:00",
            ["28 09:00+0100", "29 09:00+0200"],
        ),
        (
            {"rrule": "FREQ=HOURLY", "timezone": "Europe/Berlin"}, "2026-10-25T00:00+00:00", "2026-10-25T02:00+00:00",
            ["25 02:00+0200", "25 02:00+0100", "25 03:00+0100"],
        ),
        (  # every second week, counted from its start
            {"rrule": "DTSTART:20240101T060000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "timezone": "UTC"},
            "2026-11-01T00:00+00:00", "2026-11-19T00:00+00:00",
            ["02 06:00+0000", "04 06:00+0000", "16 06:00+0000", "18 06:00+0000"],
        ),
        (
            {"rrule": "RRULE:FREQ=DAILY\nEXDATE:20261103T000000\nRDATE:20261103T120000", "timezone": "UTC"},
            "2026-11-02T00:00+00:00", "2026-11-04T00:00+00:00",
            ["02 00:00+0000", "03 12:00+0000", "04 00:00+0000"],
        ),
        (  # the zone of the schedule is the one that counts
            {"rrule": "DTSTART:20240101T060000Z\nRRULE:FREQ=DAILY;UNTIL=20261102T060000Z", "timezone": "Europe/Berlin"},
            "2026-11-01T00:00+00:00", "2026-11-09T00:00+00:00",
            ["01 06:00+0100", "02 06:00+0100"],
        ),
    ],
)  # fmt: skip
def test_local_times_where_clocks_change(schedule: dict[str, object], start: str, end: str, times: list[str]) -> None:
    assert shown(schedule, start, end) == times


@pytest.mark.parametrize("cron", ["0 * * * *", "*/30 * * * *", "30 2 * * *", "0 0 * * *", "0 */2 * * *"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
def test_asking_in_pieces_finds_the_same(cron: str, zone: str) -> None:
    schedule: dict[str, object] = {"cron": cron, "timezone": zone}
    start, days = moment("2026-03-01T00:00+00:00"), 70
    whole = list(fire_times(schedule, start, start + days * DAY - 1))
    pieces = [
        each
        for n in range(days * 8)
        for each in fire_times(schedule, start + n * 3 * HOUR, start + (n + 1) * 3 * HOUR - 1)
    ]
    assert pieces == whole == sorted(set(whole))


def test_hourly_means_every_real_hour() -> None:
    start = moment("2026-01-01T00:00+00:00")
    for zone in ("Europe/Berlin", "America/Santiago", "Africa/Cairo"):
        found = list(fire_times({"cron": "0 * * * *", "timezone": zone}, start, start + 364 * DAY - 1))
        assert found == list(range(start, start + 364 * DAY, HOUR))


@pytest.mark.parametrize(
    "schedule",
    [
        {"cron": "0 0 31 2 *"},
        {"rrule": "FREQ=YEARLY;COUNT=1"},
        {"rrule": "FREQ=SECONDLY;COUNT=1000000000"},
        {"rrule": "nonsense"},
        {},
    ],
)
def test_what_never_comes_true_ends(schedule: dict[str, object]) -> None:
    begun = time.monotonic()
    start = moment("2026-01-01T00:00+00:00")
    assert list(fire_times(schedule, start, start + 36_500 * DAY)) == []
    assert time.monotonic() - begun < 10


def test_the_calendar_ends() -> None:
    for schedule in ({"cron": "0 0 * * *"}, {"interval": 86400.0, "anchor_date": "2024-01-01T00:00:00+00:00"}):
        start = moment("9999-12-30T00:00+00:00")
        assert len(list(fire_times(schedule, start, start + 10 * DAY))) <= 2
        assert len(list(islice(fire_times(schedule, moment("0001-01-01T00:00+00:00"), start), 3))) in (0, 3)


@pytest.mark.parametrize(
    ("span", "least", "most", "count"), [(0, 3, 100, 3), (6 * HOUR, 1, 100, 6), (6 * HOUR, 1, 2, 2), (0, 99, 100, 25)]
)
def test_how_far_ahead_runs_are_planned(span: int, least: int, most: int, count: int) -> None:
    start = moment("2026-01-01T00:00+00:00")
    found = planned({"cron": "0 * * * *"}, Horizon(start, start + DAY, span, least, most))
    assert found == [start + n * HOUR for n in range(count)]
