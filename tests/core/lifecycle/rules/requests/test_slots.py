from __future__ import annotations

from uuid import UUID

import pytest

from prefect.core.lifecycle.effects import GiveBackDeploymentSlot, ReleaseSlots, TakeDeploymentSlot, TakeTagSlots
from prefect.core.lifecycle.rules.requests.slots import (
    hold_deployment_slot,
    hold_tag_slots,
    name_deployment_lease,
    wait_for_deployment_slot,
    wait_for_tag_slots,
)
from prefect.core.lifecycle.transitions import DeploymentSlot, Outcome
from tests.core.lifecycle.proposals import at, proposal, state

LEASE, NEW = UUID(int=3), UUID(int=4)
FREE, FULL, FULL_CANCELS = DeploymentSlot(True, False), DeploymentSlot(False, False), DeploymentSlot(False, True)


def test_without_a_free_slot_a_run_waits_or_is_cancelled() -> None:
    waits = wait_for_deployment_slot(proposal("SCHEDULED", "PENDING", deployment_slot=FULL))
    assert waits is not None
    assert waits.state is not None
    assert (waits.state.name, waits.state.state_details.scheduled_time) == ("AwaitingConcurrencySlot", at(30))
    cancelled = wait_for_deployment_slot(proposal("SCHEDULED", "PENDING", deployment_slot=FULL_CANCELS))
    assert cancelled is not None
    assert cancelled.state is not None
    assert cancelled.state.type == "CANCELLED"
    for passes in (proposal("SCHEDULED", "PENDING", deployment_slot=FREE), proposal("SCHEDULED", "PENDING")):
        assert wait_for_deployment_slot(passes) is None


def test_a_slot_is_held_from_pending_until_the_run_stands_still() -> None:
    taking = proposal("SCHEDULED", "PENDING", deployment_slot=FREE, spare=NEW)
    assert hold_deployment_slot(taking, state("PENDING")) == [TakeDeploymentSlot(NEW)]
    held = state("RUNNING", deployment_concurrency_lease_id=LEASE)
    for kind in ("COMPLETED", "PAUSED", "SCHEDULED"):
        assert hold_deployment_slot(proposal(held, kind), state(kind)) == [GiveBackDeploymentSlot(LEASE)]
    for kind in ("RUNNING", "CANCELLING"):
        assert hold_deployment_slot(proposal(held, kind), state(kind)) == []
    assert hold_deployment_slot(proposal(held, "FAILED"), state("SCHEDULED")) == []  # it is tried again in its process


def test_a_run_that_gets_on_keeps_the_slot_that_it_has() -> None:
    held, submitting = state("PENDING", deployment_concurrency_lease_id=LEASE), state("PENDING", name="Submitting")
    for slot in (FREE, FULL):
        goes_on = proposal(held, submitting, deployment_slot=slot, spare=NEW)
        assert wait_for_deployment_slot(goes_on) is None
        assert hold_deployment_slot(goes_on, submitting) == []
        assert name_deployment_lease(goes_on, submitting).state_details.deployment_concurrency_lease_id == LEASE


def test_states_name_the_lease() -> None:
    taking = proposal("SCHEDULED", "PENDING", deployment_slot=FREE, spare=NEW)
    assert name_deployment_lease(taking, state("PENDING")).state_details.deployment_concurrency_lease_id == NEW
    held = state("PENDING", deployment_concurrency_lease_id=LEASE)
    running = name_deployment_lease(proposal(held, "RUNNING"), state("RUNNING"))
    assert running.state_details.deployment_concurrency_lease_id == LEASE
    assert name_deployment_lease(proposal("PENDING", "RUNNING"), state("RUNNING")).detail_facts() == {}


def test_a_task_run_waits_for_its_tags() -> None:
    verdict = wait_for_tag_slots(proposal("PENDING", "RUNNING", full_tags=("a", "b")))
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == (Outcome.WAIT, "Concurrency limit reached for tags: a, b")
    never = wait_for_tag_slots(proposal("PENDING", "RUNNING", full_tags=("a",), forbidden_tag="a"))
    assert never is not None
    assert never.outcome is Outcome.ABORT
    assert wait_for_tag_slots(proposal("PENDING", "COMPLETED", full_tags=("a",))) is None


@pytest.mark.parametrize(
    ("kind", "effects"),
    [
        ("RUNNING", [TakeTagSlots()]),
        ("CANCELLING", []),
        ("COMPLETED", [ReleaseSlots(1)]),
        ("PAUSED", [ReleaseSlots(1)]),
    ],
)
def test_a_task_run_holds_its_slots_while_it_runs(kind: str, effects: list[object]) -> None:
    assert hold_tag_slots(proposal("RUNNING", kind), state(kind)) == effects
