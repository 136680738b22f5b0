"""Resuming paused flow runs, with what they were paused to wait for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.transitions import abort
from prefect.core.ports import Transition
from prefect.core.times import to_datetime
from prefect.exceptions import ObjectAlreadyExists
from prefect.orchestrator.requests import flow_runs as deciding
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Deciding, Json
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.routing import Role, Route
from prefect.server.hydration import hydrated, problems_in
from prefect.server.parameters import InvalidParameters, InvalidSchema, check
from prefect.server.routes.runs.flow_runs import decided
from prefect.server.routes.runs.proposed import own_state
from prefect.server.views.orchestration import orchestration_json, run_not_found
from prefect.storage.documents import Row
from prefect.storage.keyed import flow_runs, variables
from prefect.storage.keyed.runs import inputs
from prefect.storage.transaction import Transaction
from prefect.wire.base import storable
from prefect.wire.requests.flow_runs import FlowRunResumeBody
from prefect.wire.states import OrchestrationResult


class NotAccepted(Exception):
    """What a paused run is to go on with does not fit what it waits for."""


def resume(call: Call[FlowRunResumeBody]) -> Answer | Deciding[Transition | None]:
    """Let a paused run go on where it waits, or have a suspended one started again; answers what was decided."""
    world, run_id, given = call.world, call.id(), call.body.run_input
    run = world.store.read(partial(flow_runs.load, run_id=run_id))
    if run is None:
        return run_not_found("Flow run", run_id)
    if run.state is None or run.state.type is not StateType.PAUSED:
        verdict = abort("Cannot resume a flow run that is not paused.")
        return answers.json(orchestration_json(verdict, None, world.clock.now(), run_id))
    keyset = run.state.state_details.run_input_keyset
    try:
        values = _accepted(call, run_id, keyset, given or {})
    except NotAccepted as error:
        return answers.json(_refused(call, run.state, run_id, str(error)))
    return Deciding(partial(_resume, call, run_id, keyset, values), partial(decided, call, run_id))


def _accepted(
    call: AnyCall, run_id: UUID, keyset: Mapping[str, str] | None, given: Mapping[str, object]
) -> Mapping[str, object]:
    """What the run goes on with, made from what says how it is made. Raises NotAccepted."""
    if keyset is None:
        return given
    schema = _schema(call, run_id, keyset)
    made = hydrated(given, partial(_variable, call))
    for problem in problems_in(made):
        raise NotAccepted(f"Error hydrating run input: {problem.message}")
    try:
        check(storable(made), schema)
    except (InvalidParameters, InvalidSchema) as error:
        raise NotAccepted(f"Reason: {error}") from None
    except ValueError as error:
        raise NotAccepted(f"Error hydrating run input: a value {error}") from None
    return made


def _variable(call: AnyCall, name: str) -> Row | None:
    found = call.world.store.read(lambda tx: variables.find(tx, name))
    return None if found is None else {"value": json.loads(found.value)}


def _schema(call: AnyCall, run_id: UUID, keyset: Mapping[str, str]) -> Json:
    """The JSON schema of what the run waits for. Raises NotAccepted if there is none."""
    kept = call.world.store.read(lambda tx: inputs.find(tx, run_id, keyset.get("schema", "")))
    if kept is None:
        raise NotAccepted("Run input schema not found.")
    try:
        schema = storable(json.loads(kept["value"]))
    except (ValueError, RecursionError):
        schema = None
    if not isinstance(schema, dict):
        raise NotAccepted("Run input schema is not valid JSON.")
    return schema


def _refused(call: AnyCall, state: State[object], run_id: UUID, reason: str) -> Json:
    """The answer to input that does not fit: the run stays paused. Its details are those of an abort, as Prefect has it."""
    shown = orchestration_json(abort(reason), state, call.world.clock.now(), run_id)
    return {**shown, "status": "REJECT"}


def _resume(
    call: AnyCall, run_id: UUID, keyset: Mapping[str, str] | None, given: Mapping[str, object], tx: Transaction
) -> Transition | None:
    clock = call.world.clock
    run = flow_runs.load(tx, run_id)
    if run is None or run.state is None:
        return None
    transition = deciding.propose(tx, run, _going_on(run.state, clock.now()), False, clock)
    if keyset is not None and transition.run.state is not None and not transition.run.state.is_paused():
        key, value = keyset.get("response", ""), json.dumps(given, separators=(",", ":"))
        if not inputs.insert(tx, clock.new_id(), run_id, key, value, None, clock.now()):
            raise ObjectAlreadyExists("A flow run input with this key already exists.")
    return transition


def _going_on(current: State[object], now: int) -> State[object]:
    """Running where a process waits, Scheduled for now where none does."""
    if not current.state_details.pause_reschedule:
        return own_state(StateType.RUNNING)
    return own_state(StateType.SCHEDULED, "Resuming", scheduled_time=to_datetime(now))


ROUTES = (
    Route("POST", "/flow_runs/{id}/resume", resume, Role.EDITOR, FlowRunResumeBody, body_required=False,
          returns=OrchestrationResult),
)  # fmt: skip
