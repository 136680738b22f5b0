"""Work pools: made, looked up, changed and deleted, who holds their slots, and the runs that they hand out."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.orchestrator.work import placing
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, invalid
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.work.handing import hand_out, runs_by_id
from prefect.server.routes.work.numbers import fits
from prefect.server.views.deployments import moment_of
from prefect.server.views.runs import flow_run_json
from prefect.server.views.work import holder_json, pool_json
from prefect.storage.aggregates.work import pools
from prefect.storage.documents import Record
from prefect.storage.keyed.work import queues as stored_queues
from prefect.storage.transaction import Transaction
from prefect.wire.requests.work import (
    WorkPoolOccupancyBody,
    WorkPoolScheduledRunsBody,
    WorkPoolsCountBody,
    WorkPoolsFilterBody,
)
from prefect.wire.work.occupancy import WorkPoolConcurrencyStatus
from prefect.wire.work.pools import WorkPool, WorkPoolCreate, WorkPoolUpdate
from prefect.wire.work.workers import WorkerFlowRunResponse

RESERVED = "Work pools starting with 'Prefect' are reserved for internal use"
TAKEN = Refusal(409, "A work pool with this name already exists.")
COLUMNS = {"is_paused": "paused"}
BOTH_KEYS = "The `base_job_template` must contain both a `job_configuration` key and a `variables` key."
UNDECLARED = (
    "The variables specified in the job configuration template must be present as properties in the variables schema."
    " Your job configuration uses the following undeclared variable(s): "
)
PLACEHOLDERS = re.compile(r"\{\{\s*([\w.\-\[\]$]+)\s*\}\}")


# --- one


def create(call: Call[WorkPoolCreate]) -> Answer:
    """Make a work pool with its default queue."""
    given, world = call.body, call.world
    if not given.name.strip():
        raise invalid(("body", "name"), "Value error, name cannot be an empty string")
    _refuse_reserved(given.name, ".")
    fits(given.concurrency_limit, "concurrency_limit")
    _check_template(given.base_job_template)
    values = {**_columns(given.model_dump(mode="json")), "id": world.clock.new_id()}
    if not world.store.transact(lambda tx: placing.make_pool(tx, values, world.clock)):
        raise TAKEN
    _tell(call, given.name)
    return _found(call, given.name, 201)


def _refuse_reserved(name: str, ending: str) -> None:
    if name.lower().startswith("prefect"):
        raise Refusal(403, RESERVED + ending)


def _check_template(template: dict[str, Any] | None) -> None:
    """Raise InvalidRequest for a template that uses what it does not declare."""
    place = ("body", "base_job_template")
    if not template:
        return
    configuration, variables = template.get("job_configuration"), template.get("variables")
    if not configuration or not variables:
        raise invalid(place, f"Value error, {BOTH_KEYS}")
    declared = variables.get("properties") if isinstance(variables, dict) else {}
    names = PLACEHOLDERS.findall(json.dumps(configuration))
    missing = [name for name in dict.fromkeys(names) if "." not in name and name not in (declared or {})]
    if missing:
        raise invalid(place, f"Value error, {UNDECLARED}{' ,'.join(missing)}.")


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    return {COLUMNS.get(name, name): value for name, value in given.items()}


def read(call: Call[None]) -> Answer:
    """A work pool by name."""
    return _found(call, call.text("name"))


def _found(call: AnyCall, name: str, status: int = 200) -> Answer:
    row = pools.pool_by_name(call.world.reading, name, call.world.clock.now())
    if row is None:
        raise placing.pool_not_found(name)
    return answers.json(pool_json(row), status)


def update(call: Call[WorkPoolUpdate]) -> Deciding[bool]:
    """Change what is given of a work pool."""
    given, name, clock = call.body, call.text("name"), call.world.clock
    fits(given.concurrency_limit, "concurrency_limit")
    _check_template(given.base_job_template)
    stated = given.model_dump(mode="json", exclude_unset=True)
    nullable = {"description", "concurrency_limit"}
    changes = _columns({field: value for field, value in stated.items() if value is not None or field in nullable})
    return Deciding(lambda tx: placing.change_pool(tx, name, changes, clock), partial(_changed, call, name))


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete a work pool with its queues and workers."""
    name = call.text("name")
    _refuse_reserved(name if name != placing.AGENT_POOL else "", " and can not be deleted.")
    clock = call.world.clock
    return Deciding(lambda tx: placing.delete_pool(tx, name, clock), partial(_changed, call, name))


def _changed(call: AnyCall, name: str, found: bool) -> Answer:
    if not found:
        raise placing.pool_not_found(name)
    _tell(call, name)
    return NO_CONTENT


def _tell(call: AnyCall, name: str) -> None:
    call.world.bus.tell([Change("work_pool", name)])


# --- many


def page(call: Call[WorkPoolsFilterBody]) -> Answer:
    """Work pools that match a filter."""
    body, world = call.body, call.world
    limit = limit_of(call, body.limit)
    rows = pools.pools(world.reading, _given(body), limit, world.clock.now(), body.offset)
    return answers.json([pool_json(row) for row in rows])


def _given(body: WorkPoolsFilterBody | WorkPoolsCountBody) -> dict[str, Any] | None:
    return None if body.work_pools is None else plain(body.work_pools)


def count(call: Call[WorkPoolsCountBody]) -> Answer:
    """How many work pools match a filter."""
    return answers.json(pools.pool_count(call.world.reading, _given(call.body)))


# --- their slots and their runs


def concurrency_status(call: Call[WorkPoolOccupancyBody]) -> Answer:
    """Who holds a pool's slots, by queue."""
    body, world, name = call.body, call.world, call.text("name")
    limit, now = limit_of(call, body.limit), world.clock.now()
    pool = pools.pool_by_name(world.reading, name, now)
    if pool is None:
        raise Refusal(404, f"Work pool {name!r} not found.")
    everything = pools.queues_of_pool(world.reading, pool["id"], None, MOST_QUEUES)
    held = pools.held_by_queue(world.reading, [queue["id"] for queue in everything])
    start = (body.page - 1) * limit
    queues = everything[start : start + limit]
    holders = pools.holders(world.reading, [queue["id"] for queue in queues], body.flow_run_limit)
    listed = [_queue_status(queue, held, holders, now) for queue in queues]
    content = {"active_slots": sum(held.values()), "concurrency_limit": pool["concurrency_limit"], "queues": listed}
    pages = -(-len(everything) // limit) if limit else 0
    counts = {"count": len(everything), "limit": limit, "pages": pages, "page": body.page}
    return answers.json({**content, **counts})


MOST_QUEUES = 10_000


def _queue_status(queue: Record, held: dict[object, int], holders: dict[object, list[Record]], now: int) -> Any:
    taken = held.get(queue["id"], 0)
    return {
        "queue_id": queue["id"],
        "queue_name": queue["name"],
        "active_slots": taken,
        "concurrency_limit": queue["concurrency_limit"],
        "flow_runs": [holder_json(row, to_datetime(now)) for row in holders.get(queue["id"], [])],
        "flow_run_count": taken,
    }


def scheduled(call: Call[WorkPoolScheduledRunsBody]) -> Answer:
    """The runs that a pool hands to a worker."""
    body, world, name = call.body, call.world, call.text("name")
    window = stored_queues.Window(
        moment_of(body.scheduled_after), moment_of(body.scheduled_before), limit_of(call, body.limit)
    )

    def decision(tx: Transaction) -> tuple[UUID, list[tuple[UUID, UUID]]]:
        pool = placing.held_pool(tx, name)
        polled = _wanted(tx, pool, body.work_queue_names)
        return pool["id"], hand_out(tx, polled, pool, window, world.clock)

    pool_id, found = world.store.transact(decision)
    runs, now = runs_by_id(call, [run_id for run_id, _ in found]), to_datetime(world.clock.now())
    handed = [
        {"work_pool_id": pool_id, "work_queue_id": queue_id, "flow_run": flow_run_json(runs[run_id], now)}
        for run_id, queue_id in found
        if run_id in runs
    ]
    return answers.json(handed)


def _wanted(tx: Transaction, pool: Record, names: list[str] | None) -> list[Record]:
    """A pool's queues of these names, by priority; all of them if none is named. Raises Refusal for an unknown one."""
    every = stored_queues.of_pool(tx, pool["id"])
    if not names:
        return every
    known = {queue["name"] for queue in every}
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise Refusal(404, f"Work pool queue '{pool['name']}/{unknown}' not found.")
    return [queue for queue in every if queue["name"] in names]


ROUTES = (
    Route("POST", "/work_pools/", create, Role.EDITOR, WorkPoolCreate, returns=WorkPool, status=201),
    Route("GET", "/work_pools/{name}", read, returns=WorkPool),
    Route("PATCH", "/work_pools/{name}", update, Role.EDITOR, WorkPoolUpdate, status=204, inline=True),
    Route("DELETE", "/work_pools/{name}", delete, Role.EDITOR, status=204, inline=True),
    Route("POST", "/work_pools/filter", page, body=WorkPoolsFilterBody, body_required=False, returns=list[WorkPool]),
    Route("POST", "/work_pools/count", count, body=WorkPoolsCountBody, body_required=False, returns=int),
    Route("POST", "/work_pools/{name}/concurrency_status", concurrency_status, body=WorkPoolOccupancyBody,
          body_required=False, returns=WorkPoolConcurrencyStatus),
    Route("POST", "/work_pools/{name}/get_scheduled_flow_runs", scheduled, Role.RUNNER, WorkPoolScheduledRunsBody,
          body_required=False, returns=list[WorkerFlowRunResponse]),
)  # fmt: skip
