"""Passwords are kept as slow hashes."""

from __future__ import annotations

import time

from prefect.server.access.passwords import hashed, matches


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = hashed("correct horse \N{SNOWMAN}")
    assert "horse" not in kept
    assert matches("correct horse \N{SNOWMAN}", kept)
    assert not matches("correct horse", kept)
    assert hashed("same") != hashed("same")


def test_nobody_takes_as_long_as_somebody() -> None:
    kept = hashed("password")

    def seconds(known: str | None) -> float:
        began = time.perf_counter()
        assert not matches("wrong", known)
        return time.perf_counter() - began

    with_account, without = (min(seconds(known) for _ in range(3)) for known in (kept, None))
    assert without > with_account / 2
    assert not matches("nobody's", None)
