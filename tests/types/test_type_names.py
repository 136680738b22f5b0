from __future__ import annotations

from collections.abc import Callable

import pytest

from prefect.types import names


@pytest.mark.parametrize(
    ("check", "good", "bad", "problem"),
    [
        (names.raise_on_name_alphanumeric_dashes_only, "a-b1", "a_b", "numbers, and dashes"),
        (names.raise_on_name_alphanumeric_underscores_only, "a_b1", "A", "numbers, and underscores"),
        (names.raise_on_name_alphanumeric_dashes_underscores_only, "a_b-1", "a b", "dashes or underscores"),
        (names.non_emptyish, "a", "''", "cannot be an empty string"),
        (names.validate_uri, "s3://x", "x", "must be a valid URI"),
        (names.validate_valid_asset_key, "s3://x", "s3://x?", "cannot contain"),
    ],
)
def test_names_are_checked(check: Callable[[str], str], good: str, bad: str, problem: str) -> None:
    assert check(good) == good
    with pytest.raises(ValueError, match=problem):
        check(bad)


def test_no_name_is_no_bad_name() -> None:
    assert names.raise_on_name_alphanumeric_dashes_only(None) is None
    with pytest.raises(ValueError, match=r"^block must only"):
        names.raise_on_name_alphanumeric_dashes_only("A", "block")
