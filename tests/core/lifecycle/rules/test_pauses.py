from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.pauses import (
    end_overdue_pauses,
    pause_once,
    pause_only_what_runs,
    resume_before_starting,
)
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


def test_a_pause_fires_once() -> None:
    fired = frozenset({"1", "approval"})
    for key, refused in (("1", True), ("approval", True), ("2", False), (None, False)):
        verdict = pause_once(proposal("RUNNING", state("PAUSED", pause_key=key), fired_pauses=fired))
        assert (verdict is not None) is refused
    assert pause_once(proposal("RUNNING", state("COMPLETED", pause_key="1"), fired_pauses=fired)) is None


@pytest.mark.parametrize(
    ("name", "proposed"),
    [("Running", "RUNNING"), ("Resuming", "SCHEDULED"), ("Completed", "COMPLETED"), ("Failed", "FAILED")],
)
def test_a_pause_that_timed_out_is_a_failure(name: str, proposed: str) -> None:
    overdue = state("PAUSED", pause_timeout=at(-0.000001))
    verdict = end_overdue_pauses(proposal(overdue, state(proposed, name=name)))
    assert verdict is not None
    assert verdict.outcome is Outcome.REJECT
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.message) == ("FAILED", f"The flow was {name.lower()} and never resumed.")
    assert verdict.reason == "The flow run pause has timed out and can no longer resume."


def test_within_its_time_a_paused_run_goes_on() -> None:
    for limit in (at(0), at(60), None):
        assert end_overdue_pauses(proposal(state("PAUSED", pause_timeout=limit), "RUNNING")) is None


@pytest.mark.parametrize(("current", "proposed"), [(None, "RUNNING"), ("RUNNING", "RUNNING"), ("PAUSED", "CRASHED")])
def test_overdue_pauses_have_no_other_say(current: str | None, proposed: str) -> None:
    known = None if current is None else state(current, pause_timeout=at(-60))
    assert end_overdue_pauses(proposal(known, proposed)) is None
