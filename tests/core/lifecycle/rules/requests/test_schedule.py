from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.requests.schedule import copy_scheduled_time, wait_whole_seconds
from prefect.core.times import to_micros
from tests.core.lifecycle.proposals import at, proposal, state


@pytest.mark.parametrize(("seconds", "waits"), [(60, True), (0.6, True), (0.4, False), (-60, False)])
def test_running_waits_for_its_time_in_whole_seconds(seconds: float, waits: bool) -> None:
    verdict = wait_whole_seconds(proposal(state("SCHEDULED", scheduled_time=at(seconds)), "RUNNING"))
    assert (verdict is not None) is waits
    if verdict is not None:
        assert verdict.wait_until == to_micros(at(seconds))


def test_pending_takes_the_time_over() -> None:
    scheduled = state("SCHEDULED", scheduled_time=at(60))
    pending = copy_scheduled_time(proposal(scheduled, "PENDING"), state("PENDING"))
    assert pending.state_details.scheduled_time == at(60)
    submitting = copy_scheduled_time(proposal(pending, "PENDING"), state("PENDING", name="Submitting"))
    assert submitting.state_details.scheduled_time == at(60)
    again = copy_scheduled_time(proposal(pending, "PENDING"), state("PENDING"))
    assert again.detail_facts() == {}
    own = copy_scheduled_time(proposal(scheduled, "PENDING"), state("PENDING", scheduled_time=at(5)))
    assert own.state_details.scheduled_time == at(5)
    assert copy_scheduled_time(proposal("RUNNING", "PENDING"), state("PENDING")).detail_facts() == {}
    assert copy_scheduled_time(proposal(scheduled, "RUNNING"), state("RUNNING")).detail_facts() == {}
