"""What each kind of value accepts, refuses and writes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prefect.settings.kinds import (
    BOOL,
    DURATION,
    LEVEL,
    OPTIONAL_BOOL,
    PATH,
    SECRET,
    TEXT,
    Kind,
    SecretStr,
    choice,
    integer,
    number,
    optional,
)

ACCEPTED: list[tuple[Kind[Any], object, object]] = [
    *[(BOOL, word, True) for word in ("true", "TRUE", "1", "yes", "on", "t", "Y", " true ", True, 1, 1.0)],
    *[(BOOL, word, False) for word in ("false", "0", "No", "off", "f", "n", False, 0)],
    (OPTIONAL_BOOL, None, None),
    (integer(), "5", 5),
    (integer(), " 5 ", 5),
    (integer(), "5.0", 5),
    (integer(), "1_000", 1000),
    (integer(), 5.0, 5),
    (integer(at_least=0), 0, 0),
    (number(), "1e3", 1000.0),
    (number(), 5, 5.0),
    (number(), "inf", float("inf")),
    (LEVEL, "debug", "DEBUG"),
    (choice("warn", "ignore"), "warn", "warn"),
    (TEXT, "", ""),
    (PATH, "/a/b", Path("/a/b")),
    (PATH, "~/b", Path.home() / "b"),
    (SECRET, "hush", SecretStr("hush")),
    (SECRET, SecretStr("hush"), SecretStr("hush")),
    (DURATION, "PT1H30M", timedelta(hours=1, minutes=30)),
    (DURATION, "pt1.5s", timedelta(seconds=1.5)),
    (DURATION, "P1DT2H", timedelta(days=1, hours=2)),
    (DURATION, "P1W", timedelta(weeks=1)),
    (DURATION, "1:00:00", timedelta(hours=1)),
    (DURATION, "00:30", timedelta(minutes=30)),
    (DURATION, "1 day", timedelta(days=1)),
    (DURATION, "3d", timedelta(days=3)),
    (DURATION, "7 days, 0:00:00", timedelta(days=7)),
    (DURATION, "1 days 01:02:03.5", timedelta(days=1, hours=1, minutes=2, seconds=3.5)),
    (DURATION, "10", timedelta(seconds=10)),
    (DURATION, "1.5", timedelta(seconds=1.5)),
    (DURATION, "PT0S", timedelta(0)),
    (DURATION, "0:00:00", timedelta(0)),
    (DURATION, 90, timedelta(seconds=90)),
    (DURATION, timedelta(days=2), timedelta(days=2)),
]

REFUSED: list[tuple[Kind[Any], object]] = [
    *[(BOOL, word) for word in ("2", "", "maybe", None, 2, [])],
    *[(integer(), word) for word in ("5.5", "abc", "", None, "5e2", 5.5, float("inf"), [])],
    (integer(at_least=0), "-1"),
    (integer(above=0), 0),
    (integer(at_least=100, at_most=599), 600),
    *[(number(), word) for word in ("abc", "", None, "nan", [])],
    (number(above=0), 0),
    (LEVEL, "WARN"),
    (LEVEL, 10),
    (choice("warn"), "WARN"),
    (TEXT, 3),
    (PATH, ""),
    (PATH, 3),
    (SECRET, 3),
    *[(DURATION, word) for word in ("abc", "", "P", "-10", -1, None, "1 day, -2:00", "10:99", "1e300", "P1e9D")],
    (DURATION, "9" * 400),
    (optional(integer()), ""),
]


@pytest.mark.parametrize(("kind", "raw", "value"), ACCEPTED)
def test_accepted(kind: Kind[Any], raw: object, value: object) -> None:
    assert kind.read(raw) == value
    assert type(kind.read(raw)) is type(value)


@pytest.mark.parametrize(("kind", "raw"), REFUSED)
def test_refused(kind: Kind[Any], raw: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        kind.read(raw)


@pytest.mark.parametrize(("kind", "raw", "value"), ACCEPTED)
def test_what_is_written_reads_as_the_same(kind: Kind[Any], raw: object, value: object) -> None:
    if value is not None:
        assert kind.read(kind.write(value)) == value
    assert kind.read(value) == value


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(days=90), "P90D"),
        (timedelta(hours=1), "PT1H"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=500_000), "P1DT2H3M4.5S"),
        (timedelta(0), "PT0S"),
        (timedelta(microseconds=1), "PT0.000001S"),
    ],
)
def test_durations_are_written_as_iso_8601(duration: timedelta, text: str) -> None:
    assert DURATION.write(duration) == text


def test_kinds_say_what_they_accept() -> None:
    assert integer(at_least=0).accepts == "a whole number, 0 or more"
    assert integer(above=0).accepts == "a whole number above 0"
    assert number(at_least=30.0, at_most=3600.0).accepts == "a number between 30.0 and 3600.0"
    assert LEVEL.accepts == "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"
    assert optional(integer()).name == "int | None"


def test_a_secret_does_not_print() -> None:
    secret = SecretStr("hush")
    assert "hush" not in f"{secret} {secret!r}"
    assert secret.get_secret_value() == "hush"
    assert len(secret) == 4
    assert {secret, SecretStr("hush")} == {secret}
    assert secret != "hush"
    assert str(SecretStr("")) == ""
