"""Calls that differ have different keys, in this process and in any other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from prefect.engine.calls.identity import ROOT, call_key, equality_key, fingerprint

LARGE = b"x" * 100_000


def key(**parameters: Any) -> bytes:
    return equality_key(ROOT, "task", fingerprint(parameters))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        (1, 1.0),
        (1, True),
        ("a", b"a"),
        (b"", None),
        (LARGE, LARGE + b"x"),
        (LARGE, LARGE[:-1] + b"y"),
        ([LARGE], [LARGE[:-1] + b"y"]),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (Decimal("1.0"), Decimal("1.00")),
        ({"a": 1}, {"a": 2}),
        ({1, 2}, {1, 3}),
    ],
)
def test_other_parameters_are_another_call(one: Any, other: Any) -> None:
    assert key(value=one) != key(value=other)
    assert key(value=one) != key(name=one)


def test_equal_parameters_are_the_same_call_whatever_object_they_are() -> None:
    assert key(data=LARGE) == key(data=bytes(bytearray(LARGE)))
    assert key(items={3, 1, 2}) == key(items={2, 3, 1})
    # What earlier processes have recorded has to be found.
    assert key(data=LARGE, n=1).hex() == "071132e7d3990c7862e99c65aa6c2485"


def test_calls_that_are_equal_are_told_apart_by_their_order() -> None:
    equal = key(value=1)
    assert len({call_key(equal, occurrence) for occurrence in range(5)}) == 5
    assert call_key(equal, 0) == equal
