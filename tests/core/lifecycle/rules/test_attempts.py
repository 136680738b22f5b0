from __future__ import annotations

import pytest

from prefect.core.lifecycle.effects import CloseAttempt, CrashTasks, DropReplay, OpenAttempt, ReleaseSlots
from prefect.core.lifecycle.rules.attempts import (
    keep_attempts,
    refuse_second_claim,
    refuse_second_runner,
    refuse_stale_attempts,
)
from prefect.core.lifecycle.states import StateType
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import proposal, state


@pytest.mark.parametrize(("attempt", "newest", "stale"), [(0, 1, True), (1, 2, True), (1, 1, False), (2, 1, False)])
def test_what_an_earlier_attempt_proposes_is_aborted(attempt: int, newest: int, stale: bool) -> None:
    verdict = refuse_stale_attempts(proposal("RUNNING", "COMPLETED", attempt, newest=newest))
    assert (verdict is not None) is stale
    if verdict is not None:
        assert verdict.outcome is Outcome.ABORT
        assert verdict.reason == f"Attempt {attempt} was superseded by attempt {newest}."


@pytest.mark.parametrize(("attempt", "newest", "refused"), [(0, 0, True), (1, 1, True), (1, 0, False), (2, 1, False)])
def test_only_the_first_claim_succeeds(attempt: int, newest: int, refused: bool) -> None:
    verdict = refuse_second_claim(proposal("PENDING", "PENDING", attempt, newest=newest))
    assert (verdict is not None and verdict.outcome is Outcome.ABORT) is refused


@pytest.mark.parametrize(("current", "proposed"), [(None, "PENDING"), ("SCHEDULED", "PENDING"), ("PENDING", "RUNNING")])
def test_a_claim_is_a_pending_run_proposed_as_pending(current: str | None, proposed: str) -> None:
    assert refuse_second_claim(proposal(current, proposed)) is None


@pytest.mark.parametrize("current", ["RUNNING", "SCHEDULED"])
@pytest.mark.parametrize("proposed", ["SCHEDULED", "PENDING", "RUNNING"])
def test_a_run_that_a_live_process_holds_is_not_started_again(current: str, proposed: str) -> None:
    verdict = refuse_second_runner(proposal(current, proposed, lease_live=True))
    assert verdict is not None
    assert (verdict.outcome, verdict.state) == (Outcome.REJECT, None)
    assert refuse_second_runner(proposal(current, proposed, lease_live=False)) is None


@pytest.mark.parametrize(
    ("current", "proposed"),
    [
        (None, "RUNNING"),
        ("PAUSED", "RUNNING"),
        ("CRASHED", "PENDING"),
        ("RUNNING", "CRASHED"),
        ("RUNNING", "CANCELLING"),
    ],
)
def test_a_live_lease_hinders_nothing_else(current: str | None, proposed: str) -> None:
    assert refuse_second_runner(proposal(current, proposed, lease_live=True)) is None


ENDS = [CloseAttempt(3), ReleaseSlots(3)]


@pytest.mark.parametrize(
    ("current", "entered", "effects"),
    [
        (None, "RUNNING", [OpenAttempt(3)]),
        ("PENDING", "RUNNING", [OpenAttempt(3)]),
        ("SCHEDULED", "RUNNING", [OpenAttempt(3)]),
        ("PAUSED", "RUNNING", [OpenAttempt(3)]),
        ("RUNNING", "RUNNING", []),
        ("RUNNING", "SCHEDULED", []),
        ("RUNNING", "PAUSED", []),
        ("RUNNING", "CANCELLING", []),
        ("SCHEDULED", "PENDING", []),
        ("RUNNING", "FAILED", ENDS),
        ("RUNNING", "COMPLETED", [*ENDS, DropReplay()]),
        ("RUNNING", "CRASHED", [*ENDS, CrashTasks(3, "The flow run ended in state 'Crashed'.")]),
        ("CANCELLING", "CANCELLED", [*ENDS, CrashTasks(3, "The flow run ended in state 'Cancelled'.")]),
    ],
)
def test_effects(current: str | None, entered: str, effects: list[object]) -> None:
    assert keep_attempts(proposal(current, entered, attempt=3), state(entered)) == effects


def test_the_tasks_of_a_crashed_run_are_told_its_cause() -> None:
    crashed = state("CRASHED", "The process was killed.")
    assert CrashTasks(1, "The process was killed.") in keep_attempts(proposal("RUNNING", crashed), crashed)


def test_whoever_resumes_a_paused_run_does_not_take_it_over() -> None:
    assert keep_attempts(proposal("PAUSED", "RUNNING", lease_live=True), state("RUNNING")) == []


def test_a_suspended_run_holds_nothing() -> None:
    suspended = state("PAUSED", name="Suspended", pause_reschedule=True)
    assert keep_attempts(proposal("RUNNING", suspended), suspended) == [CloseAttempt(1), ReleaseSlots(1)]


def test_every_type_of_state_is_covered() -> None:
    for type in StateType:
        assert isinstance(keep_attempts(proposal("RUNNING", type.value), state(type.value)), list)
