from __future__ import annotations

from uuid import UUID

import pytest

from prefect.core.lifecycle.effects import ChangePolicy, SameTry
from prefect.core.lifecycle.rules.requests.pauses import go_on_in_time, note_pauses, stop_what_runs
from prefect.core.lifecycle.states import State
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import at, proposal, state

SUSPENDED = state("PAUSED", pause_reschedule=True)


@pytest.mark.parametrize(
    ("current", "proposed", "facts", "outcome", "reason"),
    [
        ("PENDING", "PAUSED", {}, Outcome.REJECT, "Cannot pause flows that are not currently running."),
        ("PENDING", SUSPENDED, {}, Outcome.REJECT, "Cannot suspend flows that are not currently running."),
        ("RUNNING", SUSPENDED, {}, Outcome.ABORT, "Cannot suspend flows without a deployment."),
        ("RUNNING", SUSPENDED, {"called": True, "deployed": True}, Outcome.ABORT, "Cannot suspend subflows."),
        (
            "RUNNING",
            state("PAUSED", pause_key="k"),
            {"fired_pauses": frozenset({"k"})},
            Outcome.REJECT,
            "This pause has already fired.",
        ),
    ],
)
def test_what_cannot_be_paused(
    current: str, proposed: State[object] | str, facts: dict[str, object], outcome: Outcome, reason: str
) -> None:
    verdict = stop_what_runs(proposal(current, proposed, **facts))
    assert verdict is not None
    assert (verdict.outcome, verdict.state, verdict.reason) == (outcome, None, reason)


def test_what_runs_is_paused() -> None:
    assert stop_what_runs(proposal("RUNNING", state("PAUSED", pause_key="k"))) is None
    assert stop_what_runs(proposal("RUNNING", SUSPENDED, deployed=True)) is None


def test_a_pause_that_is_over_is_a_failure() -> None:
    over = state("PAUSED", pause_timeout=at(-1))
    verdict = go_on_in_time(proposal(over, state("SCHEDULED", name="Resuming")))
    assert verdict is not None
    assert verdict.state is not None
    assert verdict.state.message == "The flow was resuming and never resumed."
    assert go_on_in_time(proposal(over, "CANCELLING")) is None
    assert go_on_in_time(proposal(state("PAUSED", pause_timeout=at(1)), "RUNNING")) is None


def test_a_suspended_run_needs_its_deployment() -> None:
    verdict = go_on_in_time(proposal(SUSPENDED, "RUNNING"))
    assert verdict is not None
    assert verdict.reason == "Cannot reschedule a running flow run without a deployment."
    assert go_on_in_time(proposal(SUSPENDED, "RUNNING", deployed=True)) is None
    assert go_on_in_time(proposal(SUSPENDED, "PENDING", deployed=True)) is not None


def test_what_the_policy_notes() -> None:
    spare = UUID(int=5)
    noted = note_pauses(proposal("RUNNING", "PAUSED", spare=spare), state("PAUSED"))
    assert noted == [ChangePolicy({"pause_keys": [str(spare)]})]
    assert note_pauses(proposal("PAUSED", "RUNNING"), state("RUNNING")) == [ChangePolicy({"resuming": True})]
    resumed = note_pauses(proposal("PENDING", "RUNNING", resuming=True), state("RUNNING"))
    assert resumed == [ChangePolicy({"resuming": False}), SameTry()]
    again = note_pauses(proposal("FAILED", "SCHEDULED", deployed=True), state("SCHEDULED"))
    assert again == [ChangePolicy({"resuming": False, "retry_type": "reschedule", "pause_keys": []})]
    assert note_pauses(proposal("RUNNING", "PAUSED", force=True), state("PAUSED")) == []
