from __future__ import annotations

from uuid import UUID

import pytest

from prefect.core.lifecycle.rules.requests.retries import (
    name_further_tries,
    retry_failed_flow_runs,
    retry_failed_task_runs,
)
from prefect.core.lifecycle.transitions import FlowRunFacts
from tests.core.lifecycle.proposals import at, proposal, state


def test_a_flow_run_is_tried_again_while_it_has_tries() -> None:
    verdict = retry_failed_flow_runs(proposal("RUNNING", state("FAILED", "no"), retries=1, retry_delay=60.0))
    assert verdict is not None
    assert verdict.state is not None
    assert (verdict.state.name, verdict.state.message, verdict.reason) == ("AwaitingRetry", "no", "Retrying")
    assert verdict.state.state_details.scheduled_time == at(60)
    for spent in (
        proposal("RUNNING", "FAILED", retries=1, run_count=2),
        proposal("PENDING", "FAILED", retries=1),
        proposal("RUNNING", "CRASHED", retries=1),
    ):
        assert retry_failed_flow_runs(spent) is None


@pytest.mark.parametrize(("tries", "delay"), [(1, 10), (2, 20), (3, 20)])
def test_a_task_run_has_a_delay_for_each_try(tries: int, delay: float) -> None:
    facts = {"run_count": tries, "retries": 3, "retry_delays": (10.0, 20.0)}
    verdict = retry_failed_task_runs(proposal("RUNNING", "FAILED", **facts))
    assert verdict is not None
    assert verdict.state is not None
    assert verdict.state.state_details.scheduled_time == at(delay)


def test_a_task_that_is_not_worth_it_is_not_tried_again() -> None:
    assert retry_failed_task_runs(proposal("RUNNING", state("FAILED", retriable=False), retries=1)) is None
    assert retry_failed_flow_runs(proposal("RUNNING", state("FAILED", retriable=False), retries=1)) is not None


def test_a_delay_beyond_all_time_is_the_end_of_time() -> None:
    verdict = retry_failed_flow_runs(proposal("RUNNING", "FAILED", retries=1, retry_delay=1e30))
    assert verdict is not None
    assert verdict.state is not None
    assert verdict.state.state_details.scheduled_time.year == 9999  # type: ignore[union-attr]


AROUND = FlowRunFacts(UUID(int=1), state("RUNNING"), 1)


@pytest.mark.parametrize(
    ("current", "facts", "name"),
    [
        (state("SCHEDULED", name="AwaitingRetry"), {}, "Retrying"),
        ("FAILED", {"flow_run": AROUND}, "Retrying"),
        ("FAILED", {}, "Running"),
        ("PENDING", {}, "Rerunning"),
        ("PENDING", {"run_count": 0}, "Running"),
        (None, {"run_count": 0}, "Running"),
    ],
)
def test_further_tries_have_names(current: object, facts: dict[str, object], name: str) -> None:
    assert name_further_tries(proposal(current, "RUNNING", **facts), state("RUNNING")).name == name  # type: ignore[arg-type]
