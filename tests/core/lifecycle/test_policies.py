"""What clients of the API may propose: every pair of state types against a table written out by hand."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefect.core.lifecycle.effects import CloseAttempt, OpenAttempt
from prefect.core.lifecycle.policies import API_FLOW_RUNS, API_TASK_RUNS
from prefect.core.lifecycle.states import TERMINAL_STATES, StateType
from prefect.core.lifecycle.transitions import (
    DeploymentSlot,
    FlowRunFacts,
    Outcome,
    Policy,
    Proposal,
    RunFacts,
    Verdict,
    judge,
)
from tests.core.lifecycle.proposals import NOW, TYPES, at, proposal, state

# + accepted   x aborted   - rejected   c replaced by CANCELLED
FLOW_RUNS = """
             SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
None             +        +       +        +       +        +        +       +        +
SCHEDULED        +        +       +        +       +        +        +       -        c
PENDING          +        x       +        +       +        +        +       -        +
RUNNING          +        x       +        +       +        +        +       +        +
COMPLETED        x        +       +        +       +        +        x       x        x
FAILED           x        +       +        +       +        +        x       x        x
CANCELLED        x        x       +        +       +        +        x       x        x
CRASHED          x        +       +        +       +        +        x       x        x
PAUSED           +        -       +        +       +        +        +       -        +
CANCELLING       -        -       -        -       -        +        -       -        -
"""
TASK_RUNS = """
             SCHEDULED PENDING RUNNING COMPLETED FAILED CANCELLED CRASHED PAUSED CANCELLING
None             +        +       +        +       +        +        +       +        +
SCHEDULED        +        +       +        +       +        +        +       +        +
PENDING          +        +       +        +       +        +        +       +        +
RUNNING          +        +       +        +       +        +        +       +        +
COMPLETED        +        +       +        +       +        +        x       x        x
FAILED           +        +       +        +       +        +        x       x        x
CANCELLED        +        +       +        +       +        +        x       x        x
CRASHED          +        +       +        +       +        +        x       x        x
PAUSED           +        +       +        +       +        +        +       +        +
CANCELLING       +        +       +        +       +        +        +       +        +
"""


def _pairs(table: str) -> list[tuple[str | None, str, str]]:
    columns, *rows = table.strip().splitlines()
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


@pytest.mark.parametrize(("current", "proposed", "mark"), _pairs(FLOW_RUNS))
def test_every_pair_of_flow_runs(current: str | None, proposed: str, mark: str) -> None:
    verdict = judge(proposal(current, proposed), API_FLOW_RUNS)
    assert _mark(verdict) == mark
    assert verdict.outcome is Outcome.ACCEPT or verdict.reason


@pytest.mark.parametrize(("current", "proposed", "mark"), _pairs(TASK_RUNS))
def test_every_pair_of_task_runs(current: str | None, proposed: str, mark: str) -> None:
    verdict = judge(proposal(current, proposed), API_TASK_RUNS)
    assert _mark(verdict) == mark
    assert verdict.outcome is Outcome.ACCEPT or verdict.reason


@pytest.mark.parametrize("table", [FLOW_RUNS, TASK_RUNS])
def test_the_tables_are_whole(table: str) -> None:
    assert {(current, proposed) for current, proposed, _ in _pairs(table)} == {
        (current and current.value, proposed.value) for current in TYPES for proposed in StateType
    }


@pytest.mark.parametrize("current", TYPES)
@pytest.mark.parametrize("proposed", StateType)
def test_force_skips_all_rules_but_two(current: StateType | None, proposed: StateType) -> None:
    replaced = current is StateType.SCHEDULED and proposed is StateType.CANCELLING
    for policy in (API_FLOW_RUNS, API_TASK_RUNS):
        verdict = judge(proposal(current, proposed, force=True), policy)
        assert _mark(verdict) == ("c" if replaced and policy is API_FLOW_RUNS else "+")


def test_with_a_deployment_what_ended_can_be_scheduled() -> None:
    for ended in sorted(TERMINAL_STATES):
        assert _mark(judge(proposal(ended, "SCHEDULED", deployed=True), API_FLOW_RUNS)) == "+"


def test_what_an_engine_runs_is_not_started_beside_it() -> None:
    for proposed in ("SCHEDULED", "RUNNING"):
        verdict = judge(proposal("RUNNING", proposed, lease_live=True), API_FLOW_RUNS)
        assert (_mark(verdict), verdict.state) == ("-", None)


def test_an_attempt_opens_with_running_and_closes_with_the_end() -> None:
    opened = judge(proposal("PENDING", "RUNNING", attempt=2), API_FLOW_RUNS)
    assert OpenAttempt(2) in opened.effects
    ended = judge(proposal("RUNNING", "COMPLETED", attempt=2, newest=2), API_FLOW_RUNS)
    assert CloseAttempt(2) in ended.effects


# --- what holds whatever is proposed

MOMENTS = st.none() | st.integers(-90, 90).map(at)
STATES = st.builds(
    lambda kind, due, mark, suspends, until, retriable: state(
        kind,
        scheduled_time=due,
        transition_id=mark,
        pause_reschedule=suspends,
        pause_timeout=until,
        retriable=retriable,
    ),
    st.sampled_from(StateType),
    MOMENTS,
    st.none() | st.integers(0, 2).map(lambda number: UUID(int=number)),
    st.booleans(),
    MOMENTS,
    st.none() | st.booleans(),
)
AROUND = st.none() | st.builds(FlowRunFacts, st.just(UUID(int=7)), st.none() | STATES, st.integers(0, 3))
FACTS = st.builds(
    RunFacts,
    state=st.none() | STATES,
    run_count=st.integers(0, 4),
    retries=st.integers(0, 3),
    retry_delay=st.sampled_from((0.0, 0.5, 60.0, 1e30)),
    lease_live=st.booleans(),
    spare=st.just(UUID(int=9)),
    deployed=st.booleans(),
    called=st.booleans(),
    infrastructure=st.booleans(),
    resuming=st.booleans(),
    deployment_slot=st.none() | st.builds(DeploymentSlot, st.booleans(), st.booleans()),
    flow_run=AROUND,
    full_tags=st.lists(st.just("database"), max_size=1),
    forbidden_tag=st.none() | st.just("never"),
    cached=st.none() | STATES,
    retry_delays=st.lists(st.sampled_from((0.0, 60.0, 1e30)), max_size=2),
)
PROPOSALS = st.builds(Proposal, FACTS, STATES, attempt=st.just(0), now=st.just(NOW))
POLICIES = st.sampled_from((API_FLOW_RUNS, API_TASK_RUNS))


@given(PROPOSALS, POLICIES)
def test_deciding_is_pure(asked: Proposal, policy: Policy) -> None:
    assert judge(asked, policy) == judge(asked, policy)


@given(PROPOSALS, POLICIES)
def test_every_refusal_has_a_reason(asked: Proposal, policy: Policy) -> None:
    verdict = judge(asked, policy)
    assert verdict.outcome is Outcome.ACCEPT or verdict.reason
    assert (verdict.outcome is Outcome.WAIT) == (verdict.wait_until is not None)
    assert verdict.outcome is Outcome.REJECT or (verdict.state is not None) == (verdict.outcome is Outcome.ACCEPT)


@given(PROPOSALS, POLICIES)
def test_the_same_transition_is_made_once(asked: Proposal, policy: Policy) -> None:
    mark = asked.proposed.detail_facts().get("transition_id")
    current = asked.facts.state
    if mark is not None and current is not None and current.detail_facts().get("transition_id") == mark:
        assert judge(asked, policy).state is None


@given(PROPOSALS)
def test_a_flow_run_being_cancelled_only_becomes_cancelled(asked: Proposal) -> None:
    entered = judge(asked, API_FLOW_RUNS).state
    if asked.facts.state is not None and asked.facts.state.type is StateType.CANCELLING and entered is not None:
        assert entered.type is StateType.CANCELLED


@given(PROPOSALS)
def test_no_task_begins_outside_of_a_running_flow(asked: Proposal) -> None:
    entered = judge(asked, API_TASK_RUNS).state
    around = asked.facts.flow_run
    if entered is not None and entered.type is StateType.RUNNING and around is not None:
        assert around.state is not None
        assert around.state.type is StateType.RUNNING
        assert not asked.facts.full_tags
