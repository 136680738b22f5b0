"""Leases that are renewed by heartbeat events: of runs whose process speaks to the API alone.

Nobody says how often a run's heart beats. The time since the last beat tells; before a second one came, Prefect's
default interval is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from prefect.core.times import SECOND
from prefect.storage.transaction import Transaction

USUAL_INTERVAL = 180 * SECOND
SHORTEST_INTERVAL = 30 * SECOND
BEATS = 3
"""Beats that may be missing before the run is taken for lost."""

_LAST = "SELECT attempt, started, renewed FROM run_attempt WHERE run_id = ? AND ended IS NULL ORDER BY attempt DESC"
_RENEW = "UPDATE run_attempt SET renewed = ?, expires = ? WHERE run_id = ? AND attempt = ? AND renewed <= ?"


def renew_by_heartbeat(tx: Transaction, run_ids: Iterable[UUID], now: int) -> None:
    """Renew the leases of running attempts whose heart has just beaten."""
    for run_id in sorted(run_ids):
        row = tx.one(_LAST + tx.locking, (run_id.bytes,))
        if row is not None:
            attempt, started, renewed = row
            tx.execute(_RENEW, (now, now + lease_after(started, renewed, now), run_id.bytes, attempt, now))


def lease_after(started: int, renewed: int, now: int) -> int:
    """How long a lease lasts after a beat, in microseconds."""
    interval = USUAL_INTERVAL if renewed == started else max(now - renewed, SHORTEST_INTERVAL)
    return BEATS * interval
