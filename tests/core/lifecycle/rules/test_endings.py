from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.endings import (
    cancel_what_nobody_runs,
    finish_cancelling,
    late_word_of_the_crashed,
)
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import proposal, state


@pytest.mark.parametrize("reported", ["COMPLETED", "FAILED", "CRASHED"])
def test_whatever_a_cancelled_run_reports_it_was_cancelled(reported: str) -> None:
    verdict = finish_cancelling(proposal("CANCELLING", state(reported, "how it went")))
    assert verdict is not None
    assert verdict.outcome is Outcome.REJECT
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.message) == ("CANCELLED", "how it went")
    assert verdict.reason == f"The run was being cancelled when it reported {reported.capitalize()!r}."


@pytest.mark.parametrize("proposed", ["SCHEDULED", "PENDING", "RUNNING", "PAUSED"])
def test_a_run_being_cancelled_does_not_go_on(proposed: str) -> None:
    verdict = finish_cancelling(proposal("CANCELLING", proposed))
    assert verdict is not None
    assert verdict.outcome is Outcome.ABORT


@pytest.mark.parametrize(
    ("current", "proposed"),
    [("CANCELLING", "CANCELLED"), ("CANCELLING", "CANCELLING"), ("RUNNING", "FAILED"), (None, "FAILED")],
)
def test_finish_cancelling_has_no_other_say(current: str | None, proposed: str) -> None:
    assert finish_cancelling(proposal(current, proposed)) is None


@pytest.mark.parametrize(
    ("current", "reason"),
    [
        (state("SCHEDULED"), "Scheduled flow run has no infrastructure to terminate."),
        (state("PAUSED", pause_reschedule=True), "Suspended flow run has no infrastructure to terminate."),
    ],
)
def test_a_run_without_a_process_is_cancelled_at_once(current: object, reason: str) -> None:
    verdict = cancel_what_nobody_runs(proposal(current, "CANCELLING"))  # type: ignore[arg-type]
    assert verdict is not None
    assert verdict.state is not None
    assert (verdict.state.type, verdict.reason) == ("CANCELLED", reason)


@pytest.mark.parametrize("current", [None, "RUNNING", "PENDING", "PAUSED", "CANCELLING"])
def test_a_run_with_a_process_is_asked(current: str | None) -> None:
    assert cancel_what_nobody_runs(proposal(current, "CANCELLING")) is None


def test_a_run_that_waits_for_its_next_try_is_asked() -> None:
    assert cancel_what_nobody_runs(proposal("SCHEDULED", "CANCELLING", lease_live=True)) is None
    assert cancel_what_nobody_runs(proposal("SCHEDULED", "RUNNING")) is None


@pytest.mark.parametrize("reported", ["COMPLETED", "FAILED", "CANCELLED"])
def test_the_attempt_given_up_may_say_how_it_ended(reported: str) -> None:
    assert late_word_of_the_crashed(proposal("CRASHED", reported)) is None


def test_no_other_attempt_may() -> None:
    verdict = late_word_of_the_crashed(proposal("CRASHED", "COMPLETED", attempt=2))
    assert verdict is not None
    assert verdict.outcome is Outcome.ABORT


def test_a_better_known_cause_is_taken() -> None:
    lost = state("CRASHED", "The process ended without reporting.")
    assert late_word_of_the_crashed(proposal(lost, state("CRASHED", "Killed by SIGKILL."))) is None
    for message in ("The process ended without reporting.", None):
        verdict = late_word_of_the_crashed(proposal(lost, state("CRASHED", message)))
        assert verdict is not None
        assert (verdict.outcome, verdict.state) == (Outcome.REJECT, None)


@pytest.mark.parametrize(("current", "proposed"), [(None, "FAILED"), ("RUNNING", "FAILED"), ("CRASHED", "PENDING")])
def test_late_word_has_no_other_say(current: str | None, proposed: str) -> None:
    assert late_word_of_the_crashed(proposal(current, proposed, attempt=9)) is None
