"""Telling when somebody begins to look after a work pool, a queue or a deployment, and when nobody does any more."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.core.ports import Clock
from prefect.orchestrator.object_events import READY, Teller
from prefect.storage.keyed.work import deployments, pools, queues, readiness
from prefect.storage.keyed.work.readiness import Table
from prefect.storage.transaction import Transaction

TABLES: tuple[Table, ...] = ("work_pool", "work_queue", "deployment")


def pool_heard(tx: Transaction, pool_id: UUID, clock: Clock) -> None:
    """A worker of the pool has reported."""
    _turn_ready(tx, "work_pool", "id", (pool_id,), clock)


def queues_polled(tx: Transaction, ids: Sequence[UUID], clock: Clock) -> None:
    """Somebody asked for the runs of these queues, hence of their deployments."""
    queues.note_polled(tx, ids, clock.now())
    _turn_ready(tx, "work_queue", "id", ids, clock)
    deployments_polled(tx, "work_queue_id", ids, clock)


def deployments_polled(tx: Transaction, column: str, ids: Sequence[UUID], clock: Clock) -> None:
    """Somebody asked for the runs of the deployments whose `column` has one of these ids."""
    deployments.note_polled(tx, column, ids, clock.now())
    _turn_ready(tx, "deployment", column, ids, clock)


def _turn_ready(tx: Transaction, table: Table, column: str, ids: Sequence[UUID], clock: Clock) -> None:
    for row_id in readiness.not_ready(tx, table, column, ids):
        turn(tx, table, row_id, READY, clock)


def turn(tx: Transaction, table: Table, row_id: UUID, status: str, clock: Clock) -> bool:
    """Tell that a row has become `ready` or `not-ready`; False if that was told already."""
    if not readiness.turn(tx, table, row_id, readiness.READY if status == READY else readiness.NOT_READY):
        return False
    teller = Teller(tx, clock)
    if table == "work_pool":
        pool = pools.by_id(tx, row_id)
        if pool is not None and pool["type"] != pools.AGENT_TYPE:
            teller.work_pool_status(status, pool)
    elif table == "work_queue":
        queue = queues.by_id(tx, row_id)
        around = None if queue is None else pools.by_id(tx, queue["work_pool_id"])
        if queue is not None and around is not None:
            teller.work_queue(status, queue, around)
    else:
        deployment = deployments.by_id(tx, row_id)
        if deployment is not None:
            teller.deployment(status, deployment)
    return True
