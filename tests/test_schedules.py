"""Schedules as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from prefect.schedules import Cron, Interval, RRule, Schedule


def test_each_kind() -> None:
    cron = Cron("0 6 * * *", timezone="Europe/Berlin", parameters={"x": 1}, slug="daily", active=False)
    assert (cron.cron, cron.timezone, cron.parameters, cron.slug, cron.active) == (
        "0 6 * * *",
        "Europe/Berlin",
        {"x": 1},
        "daily",
        False,
    )
    anchor = datetime(2030, 1, 1, tzinfo=UTC)
    assert Interval(60, anchor_date=anchor) == Schedule(interval=timedelta(minutes=1), anchor_date=anchor)
    assert abs(Interval(timedelta(hours=1)).anchor_date - datetime.now(UTC)) < timedelta(seconds=5)
    assert RRule("FREQ=DAILY").rrule == "FREQ=DAILY"


def test_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Schedule()
    with pytest.raises(ValueError, match="exactly one"):
        Schedule(cron="* * * * *", rrule="FREQ=DAILY")
    with pytest.raises(ValueError, match="positive"):
        Interval(0)
