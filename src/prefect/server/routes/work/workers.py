"""Workers: their signs of life, and who they are."""

from __future__ import annotations

from prefect.orchestrator.work import placing
from prefect.orchestrator.work.readiness import pool_heard
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.paging import limit_of, plain
from prefect.server.http.routing import Role, Route
from prefect.server.live.bus import Change
from prefect.server.routes.work.numbers import fits
from prefect.server.views.work import worker_json
from prefect.storage.aggregates.work import pools
from prefect.storage.keyed.work import pools as stored
from prefect.storage.transaction import Transaction
from prefect.wire.requests.work import WorkerHeartbeatBody, WorkersFilterBody
from prefect.wire.work.workers import WorkerResponse

MISSING = Refusal(404, "Worker not found.")


def heartbeat(call: Call[WorkerHeartbeatBody]) -> Deciding[None]:
    """Note that a worker reports."""
    given, clock, pool_name = call.body, call.world.clock, call.text("work_pool_name")
    fits(given.heartbeat_interval_seconds, "heartbeat_interval_seconds")

    def decision(tx: Transaction) -> None:
        pool = stored.id_by_name(tx, pool_name)
        if pool is None:
            raise placing.pool_not_found(pool_name)
        interval = given.heartbeat_interval_seconds
        stored.note_heartbeat(tx, clock.new_id(), pool, given.name, interval, clock.now())
        pool_heard(tx, pool, clock)

    def answer(_: None) -> Answer:
        call.world.bus.tell([Change("work_pool", pool_name)])
        return NO_CONTENT

    return Deciding(decision, answer)


def page(call: Call[WorkersFilterBody]) -> Answer:
    """Workers of a pool, the last to report first."""
    body, world, name = call.body, call.world, call.text("work_pool_name")
    limit, now = limit_of(call, body.limit), world.clock.now()
    pool = pools.pool_by_name(world.reading, name, now)
    if pool is None:
        raise placing.pool_not_found(name)
    given = None if body.workers is None else plain(body.workers)
    rows = pools.workers(world.reading, pool["id"], given, limit, now, body.offset)
    return answers.json([worker_json(row) for row in rows])


def delete(call: Call[None]) -> Deciding[bool]:
    """Forget a worker."""
    pool_name, name = call.text("work_pool_name"), call.text("name")

    def decision(tx: Transaction) -> bool:
        pool = stored.id_by_name(tx, pool_name)
        if pool is None:
            raise placing.pool_not_found(pool_name)
        return stored.delete_worker(tx, pool, name)

    def answer(found: bool) -> Answer:
        if not found:
            raise MISSING
        return NO_CONTENT

    return Deciding(decision, answer)


ROUTES = (
    Route("POST", "/work_pools/{work_pool_name}/workers/heartbeat", heartbeat, Role.RUNNER, WorkerHeartbeatBody,
          status=204, inline=True),
    Route("POST", "/work_pools/{work_pool_name}/workers/filter", page, body=WorkersFilterBody, body_required=False,
          returns=list[WorkerResponse]),
    Route("DELETE", "/work_pools/{work_pool_name}/workers/{name}", delete, Role.EDITOR, status=204, inline=True),
)  # fmt: skip
