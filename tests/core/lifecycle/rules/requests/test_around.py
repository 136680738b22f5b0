from __future__ import annotations

from uuid import UUID

import pytest

from prefect.core.lifecycle.effects import NoteFlowRunTry
from prefect.core.lifecycle.rules.requests.around import note_flow_run_try, run_within_running_flows
from prefect.core.lifecycle.transitions import FlowRunFacts, Outcome
from tests.core.lifecycle.proposals import at, proposal, state


def _around(kind: str | None, **details: object) -> FlowRunFacts:
    return FlowRunFacts(UUID(int=1), None if kind is None else state(kind, **details), 2)


@pytest.mark.parametrize("kind", [None, "PENDING", "COMPLETED", "CANCELLING"])
def test_no_task_begins_where_the_flow_does_not_run(kind: str | None) -> None:
    verdict = run_within_running_flows(proposal("PENDING", "RUNNING", flow_run=_around(kind)))
    assert verdict is not None
    assert verdict.outcome is Outcome.ABORT


def test_within_a_paused_flow_tasks_are_not_ready() -> None:
    around = _around("PAUSED", pause_timeout=at(60), pause_key="k")
    verdict = run_within_running_flows(proposal("PENDING", "RUNNING", flow_run=around))
    assert verdict is not None
    assert verdict.state is not None
    assert (verdict.state.type, verdict.state.name) == ("PAUSED", "NotReady")
    assert verdict.state.detail_facts() == {"pause_timeout": at(60)}


def test_other_tasks_begin() -> None:
    assert run_within_running_flows(proposal("PENDING", "RUNNING", flow_run=_around("RUNNING"))) is None
    assert run_within_running_flows(proposal("PENDING", "RUNNING")) is None
    assert run_within_running_flows(proposal("PENDING", "COMPLETED", flow_run=_around("PENDING"))) is None


def test_a_task_belongs_to_a_try_of_its_flow() -> None:
    asked = proposal("PENDING", "RUNNING", flow_run=_around("RUNNING"))
    assert note_flow_run_try(asked, state("RUNNING")) == [NoteFlowRunTry(2)]
    assert note_flow_run_try(asked, state("PENDING")) == []
