from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.pauses import end_overdue_pauses, pause_only_what_runs, resume_before_starting
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import at, proposal, state


@pytest.mark.parametrize("current", ["SCHEDULED", "PENDING", "PAUSED"])
def test_what_does_not_run_is_not_paused(current: str) -> None:
    verdict = pause_only_what_runs(proposal(current, "PAUSED"))
    assert verdict is not None
    assert (verdict.outcome, verdict.state) == (Outcome.REJECT, None)
    assert verdict.reason == "Cannot pause flows that are not currently running."


@pytest.mark.parametrize(("current", "proposed"), [("RUNNING", "PAUSED"), (None, "PAUSED"), ("PENDING", "RUNNING")])
def test_pausing_has_no_other_say(current: str | None, proposed: str) -> None:
    assert pause_only_what_runs(proposal(current, proposed)) is None


def test_a_paused_run_is_not_pending() -> None:
    verdict = resume_before_starting(proposal("PAUSED", "PENDING"))
    assert verdict is not None
    assert (verdict.outcome, verdict.state) == (Outcome.REJECT, None)
    assert resume_before_starting(proposal("PAUSED", "RUNNING")) is None
    assert resume_before_starting(proposal("RUNNING", "PENDING")) is None
    assert resume_before_starting(proposal(None, "PENDING")) is None


@pytest.mark.parametrize("proposed", ["RUNNING", "SCHEDULED"])
def test_a_pause_that_timed_out_is_a_failure(proposed: str) -> None:
    verdict = end_overdue_pauses(proposal(state("PAUSED", pause_timeout=at(-0.000001)), proposed))
    assert verdict is not None
    assert verdict.outcome is Outcome.REJECT
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.message) == ("FAILED", "The flow was paused and never resumed.")
    assert verdict.reason == "The flow run pause has timed out and can no longer resume."


def test_within_its_time_a_paused_run_goes_on() -> None:
    for limit in (at(0), at(60), None):
        assert end_overdue_pauses(proposal(state("PAUSED", pause_timeout=limit), "RUNNING")) is None


@pytest.mark.parametrize(("current", "proposed"), [(None, "RUNNING"), ("RUNNING", "RUNNING"), ("PAUSED", "FAILED")])
def test_overdue_pauses_have_no_other_say(current: str | None, proposed: str) -> None:
    known = None if current is None else state(current, pause_timeout=at(-60))
    assert end_overdue_pauses(proposal(known, proposed)) is None
