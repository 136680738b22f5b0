"""Flows."""

from __future__ import annotations

from uuid import UUID

from prefect.core.ports import Clock
from prefect.orchestrator.object_events import CREATED, DELETED, UPDATED, Teller
from prefect.orchestrator.work import deployments
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.paging import filters_of, limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.views.runs import flow_json
from prefect.storage.aggregates import flows
from prefect.storage.keyed import flows as stored
from prefect.storage.transaction import Transaction
from prefect.wire.flows import Flow, FlowBulkDeleteResponse, FlowCreate, FlowPaginationResponse, FlowUpdate
from prefect.wire.requests.flows import FlowsBulkDeleteBody, FlowsCountBody, FlowsFilterBody, FlowsPageBody

MISSING = not_found("Flow")


def create(call: Call[FlowCreate]) -> Deciding[tuple[Json, bool]]:
    """Make a flow, or answer the one of that name."""
    given, clock = call.body, call.world.clock

    def decision(tx: Transaction) -> tuple[Json, bool]:
        row, new = stored.ensure(tx, clock.new_id(), given.name, given.tags, given.labels, clock.now())
        if new:
            Teller(tx, clock).flow(CREATED, row)
        return row, new

    return Deciding(decision, lambda made: answers.json(flow_json(made[0]), 201 if made[1] else 200))


def read(call: Call[None]) -> Answer:
    """A flow by id."""
    return _found(flows.by_id(call.world.reading, call.id()))


def read_by_name(call: Call[None]) -> Answer:
    """A flow by name."""
    return _found(flows.by_name(call.world.reading, call.text("name")))


def _found(row: Json | None) -> Answer:
    if row is None:
        raise MISSING
    return answers.json(flow_json(row))


def page(call: Call[FlowsFilterBody]) -> Answer:
    """Flows that match filters."""
    body = call.body
    limit = limit_of(call, body.limit)
    rows = flows.filtered_page(call.world.reading, filters_of(body), body.sort, limit, body.offset)
    return answers.json([flow_json(row) for row in rows])


def paginate(call: Call[FlowsPageBody]) -> Answer:
    """A numbered page of flows that match filters."""
    body, reading = call.body, call.world.reading
    limit, filters = limit_of(call, body.limit), filters_of(body)
    rows = flows.filtered_page(reading, filters, body.sort, limit, (body.page - 1) * limit)
    count = flows.filtered_count(reading, filters)
    pages = -(-count // limit) if limit else 0
    content = {"results": [flow_json(row) for row in rows], "count": count, "limit": limit, "pages": pages}
    return answers.json({**content, "page": body.page})


def count(call: Call[FlowsCountBody]) -> Answer:
    """How many flows match filters."""
    return answers.json(flows.filtered_count(call.world.reading, filters_of(call.body)))


def update(call: Call[FlowUpdate]) -> Deciding[bool]:
    """Change a flow's tags."""
    flow_id, tags, clock = call.id(), call.body.tags, call.world.clock

    def decision(tx: Transaction) -> bool:
        row = stored.find(tx, flow_id)
        if row is None or not stored.set_tags(tx, flow_id, tags, clock.now()):
            return False
        Teller(tx, clock).flow(UPDATED, {**row, "tags": tags})
        return True

    return Deciding(decision, _done)


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete a flow with its deployments and runs."""
    flow_id = call.id()
    return Deciding(lambda tx: _deleted(tx, flow_id, call.world.clock), _done)


def _deleted(tx: Transaction, flow_id: UUID, clock: Clock) -> bool:
    row = stored.find(tx, flow_id)
    if row is None:
        return False
    for deployment_id in stored.deployments_of(tx, flow_id):
        deployments.delete(tx, deployment_id, clock)
    stored.delete(tx, flow_id)
    Teller(tx, clock).flow(DELETED, row)
    return True


def _done(found: bool) -> Answer:
    if not found:
        raise MISSING
    return NO_CONTENT


def bulk_delete(call: Call[FlowsBulkDeleteBody]) -> Deciding[list[UUID]]:
    """Delete flows that match a filter."""
    rows = flows.filtered_page(call.world.reading, filters_of(call.body), "NAME_ASC", call.body.limit)
    ids = [UUID(str(row["id"])) for row in rows]
    return Deciding(
        lambda tx: [flow_id for flow_id in ids if _deleted(tx, flow_id, call.world.clock)],
        lambda deleted: answers.json({"deleted": deleted}),
    )


ROUTES = (
    Route("POST", "/flows/", create, Role.RUNNER, FlowCreate, returns=Flow, status=201, also=(200,), inline=True),
    Route("GET", "/flows/{id}", read, returns=Flow),
    Route("GET", "/flows/name/{name}", read_by_name, returns=Flow),
    Route("POST", "/flows/filter", page, body=FlowsFilterBody, body_required=False, returns=list[Flow]),
    Route("POST", "/flows/paginate", paginate, body=FlowsPageBody, body_required=False, returns=FlowPaginationResponse),
    Route("POST", "/flows/count", count, body=FlowsCountBody, body_required=False, returns=int),
    Route("PATCH", "/flows/{id}", update, Role.EDITOR, FlowUpdate, status=204, inline=True),
    Route("DELETE", "/flows/{id}", delete, Role.EDITOR, status=204),
    Route("POST", "/flows/bulk_delete", bulk_delete, Role.EDITOR, FlowsBulkDeleteBody, body_required=False,
          returns=FlowBulkDeleteResponse),
)  # fmt: skip
