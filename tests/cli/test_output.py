"""What is shown: escapes, times, JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from prefect.cli.output import ago, duration, escape, show_json, show_table

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line", "block"),
    [
        ("plain ü ✓", "plain ü ✓", "plain ü ✓"),
        ("\x1b[31mred", "\\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m", "\\x9b31m"),
        ("a\nb\tc", "a\\nb\\tc", "a\nb\tc"),
        ("a\rb\x7f", "a\\x0db\\x7f", "a\\x0db\\x7f"),
        ("\u202egpj.exe", "\\u202egpj.exe", "\\u202egpj.exe"),
    ],
)
def test_control_characters_are_escaped(text: str, line: str, block: str) -> None:
    assert escape(text) == line
    assert escape(text, lines=True) == block


def test_tables_show_no_escapes_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("T", ("Name", "State"), [("\x1b]0;title\x07", "[red]Failed[/red]")])
    out = capsys.readouterr().out
    assert "\\x1b]0;title\\x07" in out
    assert "[red]Failed[/red]" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 seconds ago"), (1, "1 second ago"), (59, "59 seconds ago"), (3600, "1 hour ago"), (-90, "in 1 minute")],
)
def test_ago(seconds: int, text: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == text
    assert ago(None, NOW) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00008, "0.1ms"),
        (0.018, "18ms"),
        (3.21, "3.2s"),
        (125, "2m 5s"),
        (7500, "2h 5m"),
        (90061, "1d 1h"),
        (60, "1m"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_json_has_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"id": UUID(int=1), "at": NOW, "for": timedelta(seconds=1.5)})
    assert json.loads(capsys.readouterr().out) == {
        "id": "00000000-0000-0000-0000-000000000001",
        "at": "2026-11-23T12:00:00.000000Z",
        "for": 1.5,
    }
