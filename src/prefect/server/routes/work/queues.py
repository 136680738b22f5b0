"""Work queues, of a pool by name and of any by id."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.orchestrator.object_events import DELETED, Teller
from prefect.orchestrator.work import placing
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.work.handing import hand_out, runs_by_id
from prefect.server.routes.work.numbers import fits
from prefect.server.views.deployments import moment_of
from prefect.server.views.runs import flow_run_json
from prefect.server.views.work import holder_json, queue_health_json, queue_json
from prefect.storage.aggregates.work import pools
from prefect.storage.documents import Record
from prefect.storage.keyed.work import pools as stored_pools
from prefect.storage.keyed.work import queues as stored
from prefect.storage.transaction import Transaction
from prefect.wire.flow_runs import FlowRunResponse
from prefect.wire.requests.work import (
    PoolQueuesFilterBody,
    WorkQueueOccupancyBody,
    WorkQueueRunsBody,
    WorkQueuesFilterBody,
)
from prefect.wire.work.occupancy import WorkQueueConcurrencyStatus
from prefect.wire.work.queues import WorkQueueCreate, WorkQueueResponse, WorkQueueStatusDetail, WorkQueueUpdate

MISSING = Refusal(404, "work queue not found")
TAKEN = "A work queue of this name exists already in its work pool; give it another."
COLUMNS = {"is_paused": "paused"}
NULLABLE = frozenset({"concurrency_limit", "filter", "last_polled"})
"""Fields that may be given as null; others are then left as they are."""


def _missing_of_pool(call: AnyCall) -> Refusal:
    return Refusal(404, f"Work pool queue '{call.text('work_pool_name')}/{call.text('name')}' not found.")


def _shown(call: AnyCall, row: Record | None, missing: Refusal, status: int = 200) -> Answer:
    if row is None:
        raise missing
    return answers.json(queue_json(row, to_datetime(call.world.clock.now())), status)


# --- making


def create_in_pool(call: Call[WorkQueueCreate]) -> Answer:
    """Make a queue of a pool."""
    name = call.text("work_pool_name")
    return _create(
        call,
        lambda tx: placing.held_pool(tx, name),
        f"A work queue with this name already exists in work pool {name!r}.",
    )


def create(call: Call[WorkQueueCreate]) -> Answer:
    """Make a queue of the agents' pool."""
    clock = call.world.clock
    taken = "A work queue with this name already exists."
    return _create(call, lambda tx: placing.agent_pool(tx, clock), taken)


def _create(call: Call[WorkQueueCreate], pool_of: Callable[[Transaction], Record], taken: str) -> Answer:
    given, world = call.body, call.world
    _check(given)
    queue_id = world.clock.new_id()

    def decision(tx: Transaction) -> None:
        pool = pool_of(tx)
        if stored.by_name(tx, pool["id"], given.name) is not None:
            raise Refusal(409, taken)
        fields = given.model_dump(mode="json", exclude={"priority"})
        values = {COLUMNS.get(field, field): value for field, value in fields.items()}
        named = {"id": queue_id, "work_pool_id": pool["id"], "description": given.description or ""}
        placing.make_queue(tx, {**values, **named}, given.priority, world.clock)

    world.store.transact(decision)
    _tell(call, queue_id)
    return _shown(call, pools.queue_by_id(world.reading, queue_id), MISSING, 201)


def _check(given: WorkQueueCreate | WorkQueueUpdate) -> None:
    fits(given.concurrency_limit, "concurrency_limit")
    fits(given.priority, "priority")


def _tell(call: AnyCall, queue_id: UUID) -> None:
    call.world.bus.tell([Change("work_queue", queue_id.hex)])


# --- looking up


def read_in_pool(call: Call[None]) -> Answer:
    """A queue of a pool by name."""
    row = pools.queue_by_name(call.world.reading, call.text("work_pool_name"), call.text("name"))
    return _shown(call, row, _missing_of_pool(call))


def read(call: Call[None]) -> Answer:
    """A queue by id."""
    return _shown(call, pools.queue_by_id(call.world.reading, call.id()), MISSING)


def read_by_name(call: Call[None]) -> Answer:
    """A queue of the agents' pool by name."""
    row = pools.queue_by_name(call.world.reading, placing.AGENT_POOL, call.text("name"))
    return _shown(call, row, MISSING)


def page_of_pool(call: Call[PoolQueuesFilterBody]) -> Answer:
    """Queues of a pool by priority."""
    body, world, name = call.body, call.world, call.text("work_pool_name")
    limit = limit_of(call, body.limit)
    pool = pools.pool_by_name(world.reading, name, world.clock.now())
    if pool is None:
        raise placing.pool_not_found(name)
    rows = pools.queues_of_pool(world.reading, pool["id"], _given(body), limit, body.offset)
    return _listed(call, rows)


def page(call: Call[WorkQueuesFilterBody]) -> Answer:
    """Queues of all pools."""
    body = call.body
    limit = limit_of(call, body.limit)
    return _listed(call, pools.queues(call.world.reading, _given(body), limit, body.offset))


def _given(body: PoolQueuesFilterBody | WorkQueuesFilterBody) -> dict[str, Any] | None:
    return None if body.work_queues is None else plain(body.work_queues)


def _listed(call: AnyCall, rows: list[Record]) -> Answer:
    now = to_datetime(call.world.clock.now())
    return answers.json([queue_json(row, now) for row in rows])


# --- changing and deleting


def update_in_pool(call: Call[WorkQueueUpdate]) -> Deciding[UUID]:
    """Change what is given of a queue of a pool."""
    return _update(call, partial(_of_pool, call), _missing_of_pool(call))


def update(call: Call[WorkQueueUpdate]) -> Deciding[UUID]:
    """Change what is given of a queue."""
    missing = Refusal(404, f"Work Queue {call.id()} not found")
    return _update(call, partial(_of_id, call), missing)


def _of_pool(call: AnyCall, tx: Transaction) -> Record | None:
    pool = stored_pools.by_name(tx, call.text("work_pool_name"))
    return None if pool is None else stored.by_name(tx, pool["id"], call.text("name"))


def _of_id(call: AnyCall, tx: Transaction) -> Record | None:
    """The queue, with its pool's row held before it is read: priorities depend on the others."""
    queue = stored.by_id(tx, call.id())
    if queue is None:
        return None
    stored_pools.hold(tx, queue["work_pool_id"])
    return stored.by_id(tx, call.id())


def _update(
    call: Call[WorkQueueUpdate], find: Callable[[Transaction], Record | None], missing: Refusal
) -> Deciding[UUID]:
    given, clock = call.body, call.world.clock
    _check(given)
    changes = _changes(given)

    def decision(tx: Transaction) -> UUID:
        queue = find(tx)
        if queue is None:
            raise missing
        other = stored.by_name(tx, queue["work_pool_id"], str(changes.get("name", queue["name"])))
        if other is not None and other["id"] != queue["id"]:
            raise Refusal(409, TAKEN)
        placing.change_queue(tx, queue, changes, clock)
        queue_id: UUID = queue["id"]
        return queue_id

    return Deciding(decision, partial(_changed, call))


def _changes(given: WorkQueueUpdate) -> dict[str, object]:
    stated = given.model_dump(mode="json", exclude_unset=True)
    if "last_polled" in stated:
        stated["last_polled"] = moment_of(given.last_polled)
    kept = {field: value for field, value in stated.items() if value is not None or field in NULLABLE}
    return {COLUMNS.get(field, field): value for field, value in kept.items()}


def delete_in_pool(call: Call[None]) -> Deciding[UUID]:
    """Delete a queue of a pool."""
    return _delete(call, partial(_of_pool, call), _missing_of_pool(call))


def delete(call: Call[None]) -> Deciding[UUID]:
    """Delete a queue."""
    return _delete(call, partial(_of_id, call), MISSING)


def _delete(call: Call[None], find: Callable[[Transaction], Record | None], missing: Refusal) -> Deciding[UUID]:
    def decision(tx: Transaction) -> UUID:
        queue = find(tx)
        if queue is None:
            raise missing
        pool = stored_pools.by_id(tx, queue["work_pool_id"])
        if pool is not None and pool["default_queue_id"] == queue["id"]:
            raise Refusal(409, f"Queue {queue['name']!r} is the default one of its work pool; delete the pool instead.")
        stored.delete(tx, queue["id"])
        if pool is not None:
            Teller(tx, call.world.clock).work_queue(DELETED, queue, pool)
        queue_id: UUID = queue["id"]
        return queue_id

    return Deciding(decision, partial(_changed, call))


def _changed(call: AnyCall, queue_id: UUID) -> Answer:
    _tell(call, queue_id)
    return NO_CONTENT


# --- their slots and their runs


def concurrency_status(call: Call[WorkQueueOccupancyBody]) -> Answer:
    """Who holds a queue's slots."""
    body, world, queue_id = call.body, call.world, call.id()
    limit, now = limit_of(call, body.limit), to_datetime(world.clock.now())
    queue = pools.queue_by_id(world.reading, queue_id)
    if queue is None:
        raise Refusal(404, "Work queue not found.")
    count = pools.held_by_queue(world.reading, [queue_id]).get(queue_id, 0)
    start = min((body.page - 1) * limit, count)
    holders = pools.holders(world.reading, [queue_id], limit, start).get(queue_id, [])
    runs = [holder_json(row, now) for row in holders]
    content = {"active_slots": count, "concurrency_limit": queue["concurrency_limit"], "flow_runs": runs}
    pages = -(-count // limit) if limit else 0
    return answers.json({**content, "count": count, "limit": limit, "pages": pages, "page": body.page})


def status(call: Call[None]) -> Answer:
    """Whether a queue is healthy, and why."""
    world = call.world
    queue = pools.queue_by_id(world.reading, call.id())
    if queue is None:
        return _no_queue(f"Work queue with id {call.id()} not found")
    late = pools.late_count(world.reading, call.id())
    return answers.json(queue_health_json(queue, late, to_datetime(world.clock.now())))


def _no_queue(message: str) -> Answer:
    return answers.json({"exception_message": message}, 404)


def runs(call: Call[WorkQueueRunsBody]) -> Answer:
    """The runs that a queue hands out; the web UI asks without taking any."""
    body, world, queue_id = call.body, call.world, call.id()
    window = stored.Window(None, moment_of(body.scheduled_before), limit_of(call, body.limit))
    seen = (call.head.header("x-prefect-ui") or "").lower() not in ("true", "1")

    def decision(tx: Transaction) -> list[UUID] | None:
        queue = stored.by_id(tx, queue_id)
        if queue is None:
            return None
        return [run_id for run_id, _ in hand_out(tx, [queue], None, window, world.clock, seen)]

    found = world.store.transact(decision)
    if found is None:
        return _no_queue(f"Work queue with id {queue_id} not found.")
    rows, now = runs_by_id(call, found), to_datetime(world.clock.now())
    return answers.json([flow_run_json(rows[run_id], now) for run_id in found if run_id in rows])


ROUTES = (
    Route("POST", "/work_pools/{work_pool_name}/queues", create_in_pool, Role.EDITOR, WorkQueueCreate,
          returns=WorkQueueResponse, status=201),
    Route("GET", "/work_pools/{work_pool_name}/queues/{name}", read_in_pool, returns=WorkQueueResponse),
    Route("PATCH", "/work_pools/{work_pool_name}/queues/{name}", update_in_pool, Role.EDITOR, WorkQueueUpdate,
          status=204, inline=True),
    Route("DELETE", "/work_pools/{work_pool_name}/queues/{name}", delete_in_pool, Role.EDITOR, status=204, inline=True),
    Route("POST", "/work_pools/{work_pool_name}/queues/filter", page_of_pool, body=PoolQueuesFilterBody,
          body_required=False, returns=list[WorkQueueResponse]),
    Route("POST", "/work_queues/", create, Role.EDITOR, WorkQueueCreate, returns=WorkQueueResponse, status=201),
    Route("GET", "/work_queues/{id}", read, returns=WorkQueueResponse),
    Route("GET", "/work_queues/name/{name}", read_by_name, returns=WorkQueueResponse),
    Route("PATCH", "/work_queues/{id}", update, Role.EDITOR, WorkQueueUpdate, status=204, inline=True),
    Route("DELETE", "/work_queues/{id}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/work_queues/filter", page, body=WorkQueuesFilterBody, body_required=False,
          returns=list[WorkQueueResponse]),
    Route("POST", "/work_queues/{id}/concurrency_status", concurrency_status, body=WorkQueueOccupancyBody,
          body_required=False, returns=WorkQueueConcurrencyStatus),
    Route("GET", "/work_queues/{id}/status", status, returns=WorkQueueStatusDetail),
    Route("POST", "/work_queues/{id}/get_runs", runs, Role.RUNNER, WorkQueueRunsBody, body_required=False,
          returns=list[FlowRunResponse]),
)  # fmt: skip
