from __future__ import annotations

import pytest

from prefect.utilities.text import fuzzy_match_string, truncated_to

LONG = "abcdefghij" * 20


@pytest.mark.parametrize(
    ("length", "value", "shown"),
    [
        (5, LONG, "ab...196 additional characters...ij"),
        (20, LONG, "abcdefghij...180 additional characters...abcdefghij"),
        (199, LONG, LONG),
        (200, LONG, LONG),
        (5, "abcdefghijk", "abcdefghijk"),
        (5, None, ""),
        (5, "", ""),
    ],
)
def test_long_texts_lose_their_middle(length: int, value: str | None, shown: str) -> None:
    assert truncated_to(length, value) == shown


def test_words_are_guessed() -> None:
    assert fuzzy_match_string("appl", ["apple", "bar"]) == "apple"
    assert fuzzy_match_string("zzz", ["apple"]) is None
