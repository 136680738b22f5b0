from __future__ import annotations

import pytest

from prefect.core.lifecycle.effects import KeepInCache
from prefect.core.lifecycle.rules.requests.caching import keep_in_cache, use_cached_state
from prefect.core.times import to_micros
from tests.core.lifecycle.proposals import at, proposal, state

KEPT = state("COMPLETED", "before", cache_key="k")


def test_a_known_key_is_not_run_again() -> None:
    verdict = use_cached_state(proposal("PENDING", state("RUNNING", cache_key="k"), cached=KEPT))
    assert verdict is not None
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.name, verdict.state.message) == ("COMPLETED", "Cached", "before")


def test_unless_it_is_to_be_refreshed_or_is_unknown() -> None:
    assert use_cached_state(proposal("PENDING", state("RUNNING", refresh_cache=True), cached=KEPT)) is None
    assert use_cached_state(proposal("PENDING", "RUNNING")) is None
    assert use_cached_state(proposal("PENDING", "PENDING", cached=KEPT)) is None


@pytest.mark.parametrize(("until", "expires"), [(None, None), (at(60), to_micros(at(60)))])
def test_what_completes_is_kept_by_its_key(until: object, expires: int | None) -> None:
    done = state("COMPLETED", cache_key="k", cache_expiration=until)
    assert keep_in_cache(proposal("RUNNING", done), done) == [KeepInCache("k", expires)]


def test_nothing_else_is_kept() -> None:
    for entered in (
        state("COMPLETED"),
        state("FAILED", cache_key="k"),
        state("COMPLETED", name="Cached", cache_key="k"),
    ):
        assert keep_in_cache(proposal("RUNNING", entered), entered) == []
