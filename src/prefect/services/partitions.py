"""Makes the parts of tables that PostgreSQL will need in the weeks to come."""

from __future__ import annotations

from prefect.core.ports import Clock
from prefect.storage import maintenance
from prefect.storage.store import Store

INTERVAL = 3_600.0


def tick(store: Store, clock: Clock) -> int:
    """Make those that are missing; returns how many."""
    return maintenance.ensure_partitions(store, clock.now())
