"""Renews the leases of the runs that this process supervises."""

from __future__ import annotations

from prefect.core.times import SECOND
from prefect.orchestrator.flow_runs import LEASE_SECONDS
from prefect.storage.keyed import attempts
from prefect.storage.store import Store

INTERVAL = 8.0


def tick(store: Store, now: int) -> int:
    """Renew every lease of this process; returns how many."""
    return store.transact(lambda tx: attempts.renew_all(tx, now, now + int(LEASE_SECONDS * SECOND)))
