from __future__ import annotations

import pytest

from prefect.core.lifecycle.effects import CountAnew
from prefect.core.lifecycle.outcome import StoredData
from prefect.core.lifecycle.rules.requests.endings import (
    cancel_without_infrastructure,
    claim_once,
    count_anew,
    keep_cancelling,
    keep_completed_flow_runs,
    keep_completed_task_runs,
    keep_results,
    keep_the_end_of_tasks,
    start_anew_by_deployment,
)
from prefect.core.lifecycle.states import State
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import proposal, state


def _completed(data: object = None) -> State[object]:
    return state("COMPLETED").model_copy(update={"data": None if data is None else StoredData(data)})


KEPT, UNKEPT = _completed({"storage_key": "k"}), _completed({"type": "unpersisted"})


def test_a_run_is_claimed_once() -> None:
    verdict = claim_once(proposal("PENDING", "PENDING"))
    assert verdict is not None
    assert verdict.reason == "This run is in a PENDING state and cannot transition to a PENDING state."
    assert claim_once(proposal("FAILED", "PENDING")) is None
    assert claim_once(proposal("PENDING", "RUNNING")) is None
    submitting = state("PENDING", name="Submitting")
    assert claim_once(proposal("PENDING", submitting)) is None
    assert claim_once(proposal(submitting, state("PENDING", name="InfrastructurePending"))) is None
    for again in (proposal(submitting, submitting), proposal(submitting, "PENDING"), proposal("RUNNING", submitting)):
        assert claim_once(again) is not None


def test_only_a_deployment_starts_what_ended_again() -> None:
    verdict = start_anew_by_deployment(proposal("FAILED", "SCHEDULED"))
    assert verdict is not None
    assert verdict.outcome is Outcome.ABORT
    assert start_anew_by_deployment(proposal("FAILED", "SCHEDULED", deployed=True)) is None
    assert start_anew_by_deployment(proposal("FAILED", "RUNNING")) is None


def test_cancelling_ends_in_cancelled() -> None:
    assert keep_cancelling(proposal("CANCELLING", "CANCELLED")) is None
    assert keep_cancelling(proposal("CANCELLING", "COMPLETED")) is not None
    assert keep_cancelling(proposal("RUNNING", "COMPLETED")) is None


def test_what_has_nothing_to_be_told_is_cancelled_at_once() -> None:
    verdict = cancel_without_infrastructure(proposal("SCHEDULED", state("CANCELLING", "stop")))
    assert verdict is not None
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.message) == ("CANCELLED", "stop")
    assert cancel_without_infrastructure(proposal("SCHEDULED", "CANCELLING", infrastructure=True)) is None
    suspended = state("PAUSED", pause_reschedule=True)
    assert cancel_without_infrastructure(proposal(suspended, "CANCELLING", infrastructure=True)) is not None
    assert cancel_without_infrastructure(proposal("RUNNING", "CANCELLING")) is None


@pytest.mark.parametrize("proposed", [_completed(), UNKEPT])
def test_a_kept_result_is_not_overwritten_by_none(proposed: State[object]) -> None:
    assert keep_results(proposal(KEPT, proposed)) is not None
    assert keep_results(proposal(KEPT, _completed({"storage_key": "other"}))) is None
    assert keep_results(proposal(UNKEPT, proposed)) is None


def test_what_completed_with_a_result_is_not_run_again() -> None:
    assert keep_completed_flow_runs(proposal(KEPT, "RUNNING")) is not None
    assert keep_completed_flow_runs(proposal(KEPT, "FAILED")) is None
    assert keep_completed_flow_runs(proposal("COMPLETED", "RUNNING")) is None
    assert keep_completed_task_runs(proposal(KEPT, "FAILED")) is not None
    assert keep_completed_task_runs(proposal("COMPLETED", "FAILED")) is None


def test_the_end_of_a_task_is_kept() -> None:
    verdict = keep_the_end_of_tasks(proposal("FAILED", "CRASHED"))
    assert verdict is not None
    assert verdict.reason == "Run is already FAILED."
    assert keep_the_end_of_tasks(proposal("FAILED", "RUNNING")) is None


def test_after_its_end_a_task_has_all_its_tries() -> None:
    assert count_anew(proposal("FAILED", "RUNNING"), state("RUNNING")) == [CountAnew()]
    assert count_anew(proposal("FAILED", "RUNNING", force=True), state("RUNNING")) == []
    assert count_anew(proposal("FAILED", "RUNNING"), state("PAUSED")) == []
    assert count_anew(proposal("RUNNING", "RUNNING"), state("RUNNING")) == []
