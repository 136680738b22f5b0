"""Renews the leases of the concurrency slots that this process holds."""

from __future__ import annotations

from prefect.core.times import SECOND
from prefect.orchestrator.slots import RENEWED_SECONDS
from prefect.storage.keyed import slots
from prefect.storage.store import Store

INTERVAL = 8.0


def tick(store: Store, now: int) -> int:
    """Renew every lease of this process; returns how many. Costs no write where there are none."""
    if not store.read(slots.holds_any):
        return 0
    return store.transact(lambda tx: slots.renew_process(tx, now, now + int(RENEWED_SECONDS * SECOND)))
