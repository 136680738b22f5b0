"""Tells that work pools, queues and deployments are not ready any more, since nobody looks after them."""

from __future__ import annotations

from prefect.core.ports import Clock
from prefect.orchestrator.object_events import NOT_READY
from prefect.orchestrator.work.readiness import TABLES, turn
from prefect.storage.keyed.work import readiness
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

BATCH = 100


def tick(store: Store, clock: Clock) -> int:
    """Tell it of some; returns of how many. Costs no write where there are none."""
    now = clock.now()
    if not store.read(lambda tx: any(readiness.unattended(tx, table, now, 1) for table in TABLES)):
        return 0
    return store.transact(lambda tx: _tell(tx, now, clock))


def _tell(tx: Transaction, now: int, clock: Clock) -> int:
    found = [(table, row_id) for table in TABLES for row_id in readiness.unattended(tx, table, now, BATCH)]
    return sum(turn(tx, table, row_id, NOT_READY, clock) for table, row_id in found)
