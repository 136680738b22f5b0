from __future__ import annotations

from prefect.core.lifecycle.rules.slots import RETRY_AFTER, wait_for_slots
from prefect.core.lifecycle.transitions import Outcome
from tests.core.lifecycle.proposals import NOW, proposal


def test_a_run_waits_while_a_limit_is_full() -> None:
    verdict = wait_for_slots(proposal("PENDING", "RUNNING", blocked_slot="database"))
    assert verdict is not None
    assert (verdict.outcome, verdict.wait_until) == (Outcome.WAIT, NOW + RETRY_AFTER)
    assert verdict.reason == "Concurrency limit 'database' is reached"


def test_nothing_else_waits_for_slots() -> None:
    assert wait_for_slots(proposal("PENDING", "RUNNING")) is None
    assert wait_for_slots(proposal("RUNNING", "COMPLETED", blocked_slot="database")) is None
