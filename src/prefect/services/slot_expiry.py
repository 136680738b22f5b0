"""Frees concurrency slots, and places in their queues, whose lease ran out or whose process has ended.

Whoever asks for slots does the same for the limits it asks for; this keeps the record true when nobody asks.
"""

from __future__ import annotations

from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import slots
from prefect.storage.store import Store

INTERVAL = 8.0


def tick(store: Store, now: int) -> int:
    """Free what is lost; returns how many holders and waiters that were. Costs no write where there are none."""
    if not store.read(slots.in_use):
        return 0
    return store.transact(lambda tx: slots.release_lost(tx, now, is_gone))
