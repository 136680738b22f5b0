"""Task runs with the same cache key share the state that the first of them completed in."""

from __future__ import annotations

from prefect.core.lifecycle.effects import Effect, KeepInCache
from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, replace_with
from prefect.core.times import to_micros

CACHED = "Cached"


def use_cached_state(proposal: Proposal) -> Verdict | None:
    """Replace RUNNING by the state kept for its cache key, unless the client wants it refreshed."""
    cached = proposal.facts.cached
    details = proposal.proposed.detail_facts()
    if proposal.proposed.type is not StateType.RUNNING or cached is None or details.get("refresh_cache"):
        return None
    state: State[object] = State.at(
        proposal.now, StateType.COMPLETED, CACHED, cached.message, cached.data, cached.state_details
    )
    return replace_with(state, "Retrieved state from cache")


def keep_in_cache(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A task run that completes leaves its state to those that come with the same cache key."""
    details = entered.detail_facts()
    key, expiration = details.get("cache_key"), entered.state_details.cache_expiration
    if proposal.force or entered.type is not StateType.COMPLETED or entered.name == CACHED or not key:
        return []
    return [KeepInCache(str(key), None if expiration is None else to_micros(expiration))]
