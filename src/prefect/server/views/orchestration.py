"""Verdicts as the API tells them."""

from __future__ import annotations

from uuid import UUID

from prefect.core.lifecycle.states import State
from prefect.core.lifecycle.transitions import Verdict
from prefect.core.lifecycle.verdicts import Outcome
from prefect.core.times import SECOND
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Json
from prefect.server.views.states import state_json


def orchestration_json(
    verdict: Verdict, state: State[object] | None, now: int, flow_run_id: UUID | None, task_run_id: UUID | None = None
) -> Json:
    """What was decided on a proposal, and the state that the run is in now."""
    details: Json = {"type": f"{verdict.outcome.value.lower()}_details"}
    if verdict.outcome is not Outcome.ACCEPT:
        details["reason"] = verdict.reason
    if verdict.outcome is Outcome.WAIT:
        details["delay_seconds"] = max(round(((verdict.wait_until or 0) - now) / SECOND), 0)
    shown = state_json(state, flow_run_id, task_run_id)
    return {"state": shown, "status": verdict.outcome.value, "details": details}


def status_of(verdict: Verdict) -> int:
    """201 where the run has entered a state, the proposed one or another."""
    return 200 if verdict.state is None else 201


def run_not_found(kind: str, run_id: UUID) -> Answer:
    """What a proposal for a run that does not exist is answered."""
    return answers.json({"exception_message": f"{kind} with id {run_id} not found"}, 404)
