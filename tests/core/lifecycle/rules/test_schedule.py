from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.schedule import keep_scheduled_time, wait_for_scheduled_time
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import NOW, at, judged, proposal, state


@pytest.mark.parametrize("current", ["SCHEDULED", "PENDING"])
@pytest.mark.parametrize(("seconds", "waits"), [(-1, False), (0, False), (0.000001, True), (60, True)])
def test_a_run_waits_for_its_time(current: str, seconds: float, waits: bool) -> None:
    verdict = wait_for_scheduled_time(proposal(state(current, scheduled_time=at(seconds)), "RUNNING"))
    assert (verdict is not None) is waits
    if verdict is not None:
        assert (verdict.outcome, verdict.state) == (Outcome.WAIT, None)
        assert verdict.wait_until == NOW + round(seconds * 1_000_000)
        assert verdict.reason == "Scheduled time is in the future"


@pytest.mark.parametrize(
    ("current", "proposed"), [("RUNNING", "RUNNING"), ("PAUSED", "RUNNING"), ("SCHEDULED", "FAILED")]
)
def test_only_what_waits_waits(current: str, proposed: str) -> None:
    assert wait_for_scheduled_time(proposal(state(current, scheduled_time=at(60)), proposed)) is None


def test_without_a_time_nothing_waits() -> None:
    assert wait_for_scheduled_time(proposal("SCHEDULED", "RUNNING")) is None
    assert wait_for_scheduled_time(proposal(None, "RUNNING")) is None


def test_pending_does_not_lose_the_time() -> None:
    verdict = keep_scheduled_time(proposal(state("SCHEDULED", scheduled_time=at(60)), state("PENDING", retriable=True)))
    assert verdict is not None
    assert verdict.outcome is Outcome.ACCEPT
    assert verdict.state is not None
    assert verdict.state.detail_facts() == {"scheduled_time": at(60), "retriable": True}
    assert judged(verdict.state, "RUNNING").outcome is Outcome.WAIT


def test_a_time_of_its_own_stays() -> None:
    asked = proposal(state("SCHEDULED", scheduled_time=at(60)), state("PENDING", scheduled_time=at(5)))
    assert keep_scheduled_time(asked) is None
    assert keep_scheduled_time(proposal("SCHEDULED", "PENDING")) is None
    assert keep_scheduled_time(proposal(state("SCHEDULED", scheduled_time=at(60)), "RUNNING")) is None
