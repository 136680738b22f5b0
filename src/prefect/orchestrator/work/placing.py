"""Where deployments run: pools and queues found by name, and made where a name is new."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from prefect.core.ports import Clock
from prefect.exceptions import ObjectNotFound
from prefect.orchestrator.object_events import CREATED, DELETED, NOT_READY, PAUSED, UPDATED, Teller
from prefect.storage.documents import Record
from prefect.storage.keyed.work import pools, queues
from prefect.storage.keyed.work.pools import AGENT_TYPE
from prefect.storage.transaction import Transaction

AGENT_POOL = "default-agent-pool"
"""The pool of queues that belong to none."""

DEFAULT_QUEUE = "default"


class Place(NamedTuple):
    """A queue of a pool."""

    pool_name: str
    queue_name: str
    queue_id: UUID


def pool_not_found(name: str) -> ObjectNotFound:
    """What is said of a pool that does not exist."""
    return ObjectNotFound(f'Work pool "{name}" not found.')


def held_pool(tx: Transaction, name: str) -> Record:
    """The pool of that name, held while its queues are put in order. Raises ObjectNotFound."""
    found = pools.by_name(tx, name)
    if found is None:
        raise pool_not_found(name)
    return found


def make_pool(tx: Transaction, values: Record, clock: Clock) -> bool:
    """A new pool with its default queue; False if there is one of that name."""
    now = clock.now()
    queue = {
        "id": clock.new_id(),
        "name": DEFAULT_QUEUE,
        "description": "The work pool's default queue.",
        "paused": False,
        "priority": 1,
        "created": now,
        "updated": now,
    }
    if not pools.insert(tx, {"created": now, "updated": now, **values}, queue):
        return False
    teller, pool = Teller(tx, clock), {**values, "default_queue_id": queue["id"]}
    teller.work_queue(CREATED, queue, pool)
    teller.work_pool(CREATED, pool)
    if pool["type"] != AGENT_TYPE:
        teller.work_pool_status(NOT_READY, pool)
    return True


def agent_pool(tx: Transaction, clock: Clock) -> Record:
    """The pool of queues that belong to none, made if need be; held."""
    found = pools.by_name(tx, AGENT_POOL)
    if found is None:
        values = {"id": clock.new_id(), "name": AGENT_POOL, "type": AGENT_TYPE, "paused": False}
        make_pool(tx, {**values, "base_job_template": {}, "storage_configuration": {}}, clock)
        found = held_pool(tx, AGENT_POOL)
    return found


def place(tx: Transaction, pool_name: str | None, queue_name: str | None, clock: Clock) -> Place | None:
    """The queue that a pool's and a queue's name stand for; None if neither is given.

    Without a pool's name it is a queue of the agents' pool, and comes first there if it is new; without a queue's, the
    pool's default queue. Raises ObjectNotFound for a pool that does not exist.
    """
    if pool_name is None:
        if queue_name is None:
            return None
        return _queue(tx, agent_pool(tx, clock), queue_name, clock, priority=1)
    pool = held_pool(tx, pool_name)
    if queue_name is not None:
        return _queue(tx, pool, queue_name, clock)
    default = queues.by_id(tx, pool["default_queue_id"])
    return None if default is None else Place(pool["name"], default["name"], default["id"])


def _queue(tx: Transaction, pool: Record, name: str, clock: Clock, priority: int | None = None) -> Place:
    """The queue of that name, made if it is new."""
    found = queues.by_name(tx, pool["id"], name)
    queue_id: UUID = clock.new_id() if found is None else found["id"]
    if found is None:
        values = {"id": queue_id, "name": name, "work_pool_id": pool["id"]}
        make_queue(tx, {**values, "description": "", "paused": False}, priority, clock)
    return Place(pool["name"], name, queue_id)


def make_queue(tx: Transaction, values: Record, priority: int | None, clock: Clock) -> None:
    """A new queue of a pool that is held."""
    now = clock.now()
    queues.insert(tx, {"created": now, "updated": now, **values}, priority)
    pool = pools.by_id(tx, values["work_pool_id"])
    if pool is not None:
        Teller(tx, clock).work_queue(CREATED, values, pool)


def change_queue(tx: Transaction, queue: Record, changes: Record, clock: Clock) -> None:
    """Set columns of a queue."""
    queues.change(tx, queue, {**changes, "updated": clock.now()})
    pool = pools.by_id(tx, queue["work_pool_id"])
    if pool is None:
        return
    teller = Teller(tx, clock)
    teller.work_queue(UPDATED, queue, pool, _seen(changes))
    if changes.get("paused") and not queue["paused"]:
        teller.work_queue(PAUSED, queue, pool)


def _seen(changes: Record) -> Record:
    """What counts as a change of a pool or queue; that it is paused is an event of its own."""
    return {column: value for column, value in changes.items() if column not in ("paused", "last_polled")}


def delete_pool(tx: Transaction, name: str, clock: Clock) -> bool:
    """Remove a pool with its queues and workers; False if there is none."""
    pool = pools.by_name(tx, name)
    if pool is None:
        return False
    teller = Teller(tx, clock)
    for queue in queues.of_pool(tx, pool["id"]):
        teller.work_queue(DELETED, queue, pool)
    teller.work_pool(DELETED, pool)
    return pools.delete(tx, name)


def change_pool(tx: Transaction, name: str, changes: Record, clock: Clock) -> bool:
    """Set columns of a pool; False if there is none."""
    pool = pools.by_name(tx, name)
    if pool is None:
        return False
    teller = Teller(tx, clock)
    teller.work_pool(UPDATED, pool, _seen(changes))
    if changes.get("paused") and not pool["paused"]:
        teller.work_pool_status(PAUSED, pool)
    return pools.change(tx, name, {**changes, "updated": clock.now()})
