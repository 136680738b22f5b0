"""Deciding on slots, case by case."""

from __future__ import annotations

import pytest

from prefect.core.slots import LimitFacts, decide_slots, free_slots, level_at

SECOND = 1_000_000
NOW = 1_000 * SECOND


def limit(name: str = "a", slots: int = 2, **facts: object) -> LimitFacts:
    return LimitFacts(name, slots, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "free"),
    [
        (limit(), 2),
        (limit(held=1), 1),
        (limit(held=2), 0),
        (limit(held=5), 0),  # the limit was lowered under those who held it
        (limit(decay=1.0, level=2.0, level_moment=NOW), 0),
        (limit(decay=1.0, level=2.0, level_moment=NOW - SECOND), 1),
        (limit(decay=1.0, level=2.0, level_moment=NOW - SECOND // 2), 0),
        (limit(decay=1.0, level=2.0, level_moment=NOW - 60 * SECOND), 2),
        (limit(decay=1.0, level=0.0, held=2), 2),  # what decays counts by its level alone
    ],
)
def test_free_slots(facts: LimitFacts, free: int) -> None:
    assert free_slots(facts, NOW) == free


@pytest.mark.parametrize(
    ("limits", "occupy", "granted", "blocked"),
    [
        ([], 1, True, []),
        ([limit()], 1, True, []),
        ([limit()], 2, True, []),
        ([limit(held=1)], 2, False, ["a"]),
        ([limit(held=2, active=False)], 1, True, []),
        ([limit(active=False)], 99, True, []),
        ([limit(), limit("b", held=2)], 1, False, ["b"]),
        ([limit(held=2), limit("b", held=2)], 1, False, ["a", "b"]),
        ([limit(held=1, ahead=1)], 1, False, ["a"]),  # the free slot belongs to who came earlier
        ([limit(ahead=1)], 1, True, []),
    ],
)
def test_decide_slots(limits: list[LimitFacts], occupy: int, granted: bool, blocked: list[str]) -> None:
    verdict = decide_slots(limits, occupy, rate=False, now=NOW)
    assert (verdict.granted, list(verdict.blocked), verdict.refusal) == (granted, blocked, None)


def test_more_than_a_limit_has_is_refused() -> None:
    verdict = decide_slots([limit(slots=2)], 3, rate=False, now=NOW)
    assert not verdict.granted
    assert verdict.refusal == "Slots requested is greater than the limit"


def test_a_rate_needs_decay() -> None:
    verdict = decide_slots([limit("a"), limit("b", decay=1.0), limit("c")], 1, rate=True, now=NOW)
    assert verdict.refusal is not None
    assert verdict.refusal.endswith("'a', 'c'")


def test_who_waits_for_decay_is_told_how_long() -> None:
    full = limit(decay=2.0, level=2.0, level_moment=NOW)
    assert decide_slots([full], 1, rate=True, now=NOW).retry_after == pytest.approx(0.5)
    assert decide_slots([limit(held=2)], 1, rate=False, now=NOW).retry_after == 0


def test_levels_sink_to_nothing() -> None:
    assert level_at(limit(decay=0.5, level=1.0, level_moment=NOW - SECOND), NOW) == pytest.approx(0.5)
    assert level_at(limit(decay=0.5, level=1.0, level_moment=NOW - 9 * SECOND), NOW) == 0
