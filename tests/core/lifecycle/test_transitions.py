"""Every pair of state types against a table written out by hand; it is the specification, not computed from the code."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefect.core.lifecycle.effects import CloseAttempt, ReleaseSlots
from prefect.core.lifecycle.policies import FLOW_RUN_CONSEQUENCES, FLOW_RUN_RULES
from prefect.core.lifecycle.states import TERMINAL_STATES, StateType
from prefect.core.lifecycle.transitions import (
    LEGAL,
    Outcome,
    Proposal,
    RunFacts,
    Verdict,
    abort,
    accept,
    decide,
    is_legal,
    reject,
    replace_with,
    wait,
)
from tests.core.lifecycle.proposals import NOW, TYPES, at, judged, proposal, state

# + accepted   x aborted   - rejected   c replaced by CANCELLED
EXPECTED = """
             SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
None             +        +       +        +       +        +        +       +        +
SCHEDULED        +        +       +        +       +        +        +       -        c
PENDING          +        x       +        +       +        +        +       -        +
RUNNING          +        x       +        +       +        +        +       +        +
COMPLETED        +        +       x        x       x        x        x       x        x
FAILED           +        +       x        x       x        x        x       x        x
CANCELLED        +        +       x        x       x        x        x       x        x
CRASHED          +        +       x        +       +        +        -       x        x
PAUSED           +        -       +        +       +        +        +       -        +
CANCELLING       x        x       x        c       c        +        c       x        +
"""


def _pairs() -> list[tuple[str | None, str, str]]:
    columns, *rows = EXPECTED.strip().splitlines()
    found = []
    for row in rows:
        current, *marks = row.split()
        named = zip(columns.split(), marks, strict=True)
        found += [(None if current == "None" else current, proposed, mark) for proposed, mark in named]
    return found


def _mark(verdict: Verdict) -> str:
    if verdict.outcome is Outcome.REJECT and verdict.state is not None:
        return "c" if verdict.state.type is StateType.CANCELLED else "?"
    return {Outcome.ACCEPT: "+", Outcome.ABORT: "x", Outcome.REJECT: "-", Outcome.WAIT: "w"}[verdict.outcome]


@pytest.mark.parametrize(("current", "proposed", "mark"), _pairs())
def test_every_pair(current: str | None, proposed: str, mark: str) -> None:
    verdict = judged(current, proposed)
    assert _mark(verdict) == mark
    assert verdict.outcome is Outcome.ACCEPT or verdict.reason


def test_the_table_is_whole() -> None:
    assert {(current, proposed) for current, proposed, _ in _pairs()} == {
        (current and current.value, proposed.value) for current in TYPES for proposed in StateType
    }
    assert set(LEGAL) == set(TYPES)


def test_an_illegal_pair_never_reaches_a_rule() -> None:
    def never(proposal: Proposal) -> Verdict | None:
        raise AssertionError("asked")

    verdict = decide(proposal("COMPLETED", "RUNNING"), (never,))
    assert (verdict.outcome, verdict.reason) == (Outcome.ABORT, "This run is COMPLETED and cannot become RUNNING.")
    assert not is_legal(StateType.COMPLETED, StateType.RUNNING)
    assert is_legal(None, StateType.RUNNING)


def test_the_first_rule_with_a_say_wins() -> None:
    rules = (lambda _: None, lambda _: reject("first"), lambda _: abort("second"))
    assert decide(proposal("PENDING", "RUNNING"), rules) == reject("first")


def test_without_a_verdict_the_proposal_is_accepted() -> None:
    asked = proposal("PENDING", "RUNNING")
    assert decide(asked, (lambda _: None,)) == accept(asked.proposed)


def test_force_skips_table_and_rules_but_not_the_consequences() -> None:
    verdict = judged("COMPLETED", "CRASHED", force=True)
    assert verdict.outcome is Outcome.ACCEPT
    assert CloseAttempt(1) in verdict.effects


def test_verdicts_say_what_they_say() -> None:
    entered = state("RUNNING")
    assert replace_with(entered, "why") == Verdict(Outcome.REJECT, entered, "why")
    assert wait(5, "why") == Verdict(Outcome.WAIT, None, "why", wait_until=5)
    effect = ReleaseSlots(1)
    assert accept(entered, None, effect).with_effects([CloseAttempt(1)]).effects == (effect, CloseAttempt(1))


def test_a_verdict_without_a_state_has_no_consequences() -> None:
    verdict = decide(proposal("RUNNING", "FAILED"), (lambda _: abort("no"),), (lambda *_: [CloseAttempt(1)],))
    assert verdict.effects == ()


# --- asked for twice

TRANSITION = UUID(int=7)


@pytest.mark.parametrize("type", StateType)
def test_a_transition_asked_for_again_is_made_once(type: StateType) -> None:
    verdict = judged(state(type, transition_id=TRANSITION), state(type, transition_id=TRANSITION))
    assert (verdict.outcome, verdict.state) == (Outcome.REJECT, None)
    assert verdict.reason == "This run has already made this state transition."


def test_another_transition_to_the_same_type_is_not_a_repeat() -> None:
    again = judged(state("RUNNING", transition_id=TRANSITION), state("RUNNING", transition_id=UUID(int=8)))
    assert again.outcome is Outcome.ACCEPT
    assert judged(None, state("RUNNING", transition_id=TRANSITION)).outcome is Outcome.ACCEPT
    assert judged("RUNNING", state("RUNNING", transition_id=TRANSITION)).outcome is Outcome.ACCEPT


# --- properties

STATES = st.builds(
    lambda type, due, key, reschedule, limit: state(
        type, scheduled_time=due, transition_id=key, pause_reschedule=reschedule, pause_timeout=limit
    ),
    st.sampled_from(StateType),
    st.none() | st.integers(-90, 90).map(at),
    st.none() | st.integers(0, 2).map(lambda number: UUID(int=number)),
    st.booleans(),
    st.none() | st.integers(-90, 90).map(at),
)
FACTS = st.builds(
    RunFacts,
    state=st.none() | STATES,
    attempt=st.integers(0, 3),
    run_count=st.integers(0, 4),
    retries=st.integers(0, 3),
    retry_delay=st.sampled_from((0.0, 0.5, 60.0)),
    lease_live=st.booleans(),
    blocked_slot=st.none() | st.just("database"),
)
PROPOSALS = st.builds(Proposal, FACTS, STATES, attempt=st.integers(0, 3), now=st.just(NOW))


def _current(asked: Proposal) -> StateType | None:
    return asked.facts.state.type if asked.facts.state else None


@given(PROPOSALS)
def test_deciding_is_pure(asked: Proposal) -> None:
    once = decide(asked, FLOW_RUN_RULES, FLOW_RUN_CONSEQUENCES)
    assert decide(asked, FLOW_RUN_RULES, FLOW_RUN_CONSEQUENCES) == once


@given(PROPOSALS)
def test_a_stale_attempt_is_never_accepted(asked: Proposal) -> None:
    if asked.attempt < asked.facts.attempt:
        assert decide(asked, FLOW_RUN_RULES).state is None


@given(PROPOSALS)
def test_a_run_that_ended_only_restarts(asked: Proposal) -> None:
    current = _current(asked)
    entered = decide(asked, FLOW_RUN_RULES).state
    if current in TERMINAL_STATES and entered is not None:
        restarts = {StateType.SCHEDULED, StateType.PENDING}
        assert entered.type in restarts | (TERMINAL_STATES if current is StateType.CRASHED else set())


@given(PROPOSALS)
def test_no_run_starts_before_its_time(asked: Proposal) -> None:
    verdict = decide(asked, FLOW_RUN_RULES)
    if _current(asked) in (StateType.SCHEDULED, StateType.PENDING) and verdict.state is not None:
        due = asked.facts.state.state_details.scheduled_time  # type: ignore[union-attr]
        if due is not None and due > at(0):
            assert verdict.state.type is not StateType.RUNNING


@given(PROPOSALS)
def test_waiting_is_for_a_moment_ahead(asked: Proposal) -> None:
    verdict = decide(asked, FLOW_RUN_RULES)
    assert (verdict.outcome is Outcome.WAIT) == (verdict.wait_until is not None)
    assert verdict.wait_until is None or verdict.wait_until > asked.now


@given(PROPOSALS)
def test_a_run_being_cancelled_only_ends_as_cancelled(asked: Proposal) -> None:
    entered = decide(asked, FLOW_RUN_RULES).state
    if _current(asked) is StateType.CANCELLING and entered is not None:
        assert entered.type in (StateType.CANCELLED, StateType.CANCELLING)


@given(PROPOSALS)
def test_no_run_that_somebody_else_is_running_is_started(asked: Proposal) -> None:
    entered = decide(asked, FLOW_RUN_RULES).state
    if asked.facts.lease_live and _current(asked) is StateType.RUNNING and entered is not None:
        retry = asked.proposed.type is StateType.FAILED
        assert retry or entered.type not in (StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING)


@given(PROPOSALS)
def test_every_refusal_has_a_reason(asked: Proposal) -> None:
    verdict = decide(asked, FLOW_RUN_RULES)
    assert verdict.outcome is Outcome.ACCEPT or verdict.reason


@given(PROPOSALS)
def test_an_end_closes_the_attempt_and_frees_its_slots(asked: Proposal) -> None:
    verdict = decide(asked, FLOW_RUN_RULES, FLOW_RUN_CONSEQUENCES)
    if verdict.state is not None and verdict.state.is_final():
        assert {CloseAttempt(asked.attempt), ReleaseSlots(asked.attempt)} <= set(verdict.effects)
