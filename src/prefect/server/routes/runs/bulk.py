"""Many flow runs at once, and the labels of one."""

from __future__ import annotations

from functools import partial
from typing import cast
from uuid import UUID

from prefect.core.ports import Transition
from prefect.orchestrator.requests import flow_runs as deciding
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.paging import filters_of
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.runs.proposed import core_state
from prefect.server.views.orchestration import orchestration_json, run_not_found
from prefect.storage.aggregates import flow_runs
from prefect.storage.keyed import flow_runs as stored
from prefect.storage.transaction import Transaction
from prefect.wire.base import JsonObject
from prefect.wire.flow_runs import FlowRunBulkDeleteResponse, FlowRunBulkSetStateResponse
from prefect.wire.requests.flow_runs import FlowRunsBulkDeleteBody, FlowRunsBulkSetStateBody

Decided = list[tuple[UUID, Transition]]


def set_states(call: Call[FlowRunsBulkSetStateBody]) -> Deciding[Decided]:
    """Propose one state to every flow run that matches a filter, each by itself; answers what was decided of each."""
    body, clock = call.body, call.world.clock
    ids = _matching(call, body.limit)

    def decision(tx: Transaction) -> Decided:
        found: Decided = []
        for run_id in ids:
            state = core_state(body.state, clock.now())
            transition = deciding.set_state(tx, run_id, state, body.force, clock)
            if transition is not None:
                found.append((run_id, transition))
        return found

    return Deciding(decision, partial(_decided, call))


def _matching(call: AnyCall, limit: int) -> list[UUID]:
    """Ids of matching runs, in an order in which all who decide on several hold them."""
    rows = flow_runs.filtered_page(call.world.reading, filters_of(call.body), "ID_DESC", limit)
    return sorted(cast(UUID, row["id"]) for row in rows)


def _decided(call: AnyCall, found: Decided) -> Answer:
    now = call.world.clock.now()
    call.world.bus.tell([Change("flow_run", run_id.hex) for run_id, made in found if made.verdict.state is not None])
    results = [{"flow_run_id": run_id, **_shown(made, now)} for run_id, made in found]
    return answers.json({"results": results})


def _shown(made: Transition, now: int) -> Json:
    return orchestration_json(made.verdict, made.run.state, now, made.run.id, made.run.parent_task_run_id)


def delete_many(call: Call[FlowRunsBulkDeleteBody]) -> Deciding[list[UUID]]:
    """Delete every flow run that matches a filter."""
    ids = _matching(call, call.body.limit)

    def answer(deleted: list[UUID]) -> Answer:
        call.world.bus.tell([Change("flow_run", run_id.hex) for run_id in deleted])
        return answers.json({"deleted": deleted})

    return Deciding(lambda tx: [run_id for run_id in ids if stored.delete(tx, run_id)], answer)


def set_labels(call: Call[JsonObject]) -> Deciding[bool]:
    """Add labels to a flow run, or change them."""
    run_id, labels, now = call.id(), call.body, call.world.clock.now()

    def answer(found: bool) -> Answer:
        return NO_CONTENT if found else run_not_found("Flow run", run_id)

    return Deciding(lambda tx: stored.add_labels(tx, run_id, labels, now), answer)


ROUTES = (
    Route("POST", "/flow_runs/bulk_set_state", set_states, Role.EDITOR, FlowRunsBulkSetStateBody,
          returns=FlowRunBulkSetStateResponse),
    Route("POST", "/flow_runs/bulk_delete", delete_many, Role.EDITOR, FlowRunsBulkDeleteBody, body_required=False,
          returns=FlowRunBulkDeleteResponse),
    Route("PATCH", "/flow_runs/{id}/labels", set_labels, Role.RUNNER, JsonObject, status=204, inline=True),
)  # fmt: skip
