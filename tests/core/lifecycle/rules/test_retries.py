from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.retries import retry_failed_runs
from prefect.core.lifecycle.states import State
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import at, proposal, state


@pytest.mark.parametrize(
    ("run_count", "retries", "again"),
    [(0, 0, True), (1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True), (3, 2, False), (4, 2, False)],
)
def test_a_failed_run_is_tried_as_often_as_its_policy_says(run_count: int, retries: int, again: bool) -> None:
    verdict = retry_failed_runs(proposal("RUNNING", "FAILED", run_count=run_count, retries=retries))
    assert (verdict is not None) is again


def test_the_next_try_has_its_time_and_the_failure_as_its_message() -> None:
    failed = state("FAILED", "ValueError: boom")
    verdict = retry_failed_runs(proposal("RUNNING", failed, run_count=1, retries=1, retry_delay=1.5))
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == (Outcome.REJECT, "Retrying")
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.name) == ("SCHEDULED", "AwaitingRetry")
    assert verdict.state.message == "ValueError: boom"
    assert verdict.state.state_details.scheduled_time == at(1.5)


@pytest.mark.parametrize("current", [None, "PENDING", "SCHEDULED", "PAUSED", "CRASHED"])
def test_a_run_that_no_process_runs_stays_failed(current: str | None) -> None:
    assert retry_failed_runs(proposal(current, "FAILED", run_count=1, retries=5)) is None


@pytest.mark.parametrize(
    "proposed", [state("COMPLETED"), state("CRASHED"), state("CANCELLED"), state("FAILED", retriable=False)]
)
def test_nothing_else_is_tried_again(proposed: State[object]) -> None:
    assert retry_failed_runs(proposal("RUNNING", proposed, run_count=1, retries=5)) is None
