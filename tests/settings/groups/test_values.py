"""Kinds of values that only one group has: headers, status codes, delays, words, what to cut by age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prefect.settings.groups.client import HEADERS, STATUS_CODES
from prefect.settings.groups.logging import WORD_SET, WORDS
from prefect.settings.groups.runs import OPTIONAL_RETRY_DELAY, RETRY_DELAY
from prefect.settings.groups.services import LONG_DURATION, RETENTIONS, VACUUM_TARGETS
from prefect.settings.kinds import Kind

ACCEPTED: list[tuple[Kind[Any], object, object]] = [
    *[(STATUS_CODES, raw, {429, 503}) for raw in ("429,503", " 429, 503 ", "[429, 503]", [429, 503], {429, 503})],
    *[(STATUS_CODES, raw, {429}) for raw in ("429", 429)],
    *[(STATUS_CODES, raw, set()) for raw in ("", None, [])],
    *[(HEADERS, raw, {"A": "b"}) for raw in ('{"A": "b"}', {"A": "b"})],
    (HEADERS, "{}", {}),
    *[(WORDS, raw, ["a", "b"]) for raw in ("a,b", " b , a,", '["a", "b"]', ["b", "a", "b"], {"a", "b"})],
    *[(WORDS, raw, []) for raw in ("", None, [])],
    (WORD_SET, "a,b,a", {"a", "b"}),
    *[(RETRY_DELAY, raw, 1) for raw in ("1", 1, " 1 ")],
    (RETRY_DELAY, "1.5", 1.5),
    *[(RETRY_DELAY, raw, [1.0, 2.5]) for raw in ("1,2.5", "[1, 2.5]", [1, 2.5], (1, 2.5))],
    *[(OPTIONAL_RETRY_DELAY, raw, None) for raw in ("", None)],
    (OPTIONAL_RETRY_DELAY, "3", 3),
    *[(VACUUM_TARGETS, raw, True) for raw in ("true", "1", True)],
    *[(VACUUM_TARGETS, raw, False) for raw in ("false", "0", "", False)],
    (VACUUM_TARGETS, None, None),
    *[(VACUUM_TARGETS, raw, {"events", "flow_runs"}) for raw in ("events,flow_runs", ["flow_runs", "events"])],
    (RETENTIONS, '{"a": 7200, "b": "P1D"}', {"a": timedelta(hours=2), "b": timedelta(days=1)}),
    (LONG_DURATION, "3601", timedelta(seconds=3601)),
]

REFUSED: list[tuple[Kind[Any], object]] = [
    *[(STATUS_CODES, raw) for raw in ("99", "600", "abc", [[]])],
    *[(HEADERS, raw) for raw in ("", "abc", '["a"]', {"A": 1}, '{"A": 1}', None)],
    *[(WORDS, raw) for raw in (3, [3])],
    *[(RETRY_DELAY, raw) for raw in ("", None, "abc", "-1", [-1], "1,x", {})],
    *[(OPTIONAL_RETRY_DELAY, raw) for raw in ("abc", "-1")],
    *[(VACUUM_TARGETS, raw) for raw in (3, [3])],
    *[(RETENTIONS, raw) for raw in ("x", "[1]", {"a": "x"}, None)],
    *[(LONG_DURATION, raw) for raw in ("3600", "PT1H", "x")],
]


@pytest.mark.parametrize(("kind", "raw", "value"), ACCEPTED)
def test_accepted(kind: Kind[Any], raw: object, value: object) -> None:
    assert kind.read(raw) == value
    assert type(kind.read(raw)) is type(value)
    if value is not None:
        assert kind.read(kind.write(value)) == value


@pytest.mark.parametrize(("kind", "raw"), REFUSED)
def test_refused(kind: Kind[Any], raw: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        kind.read(raw)
