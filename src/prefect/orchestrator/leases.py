"""Renewing everything that one process holds, in one transaction: its runs and its slots."""

from __future__ import annotations

from uuid import UUID

from prefect.core.times import SECOND
from prefect.orchestrator.flow_runs import LEASE_SECONDS
from prefect.orchestrator.slots import RENEWED_SECONDS
from prefect.storage.keyed import attempts, slots
from prefect.storage.transaction import Transaction


def renew(tx: Transaction, now: int) -> list[UUID]:
    """Renew the leases of the process that asks; returns the runs of its that are being cancelled."""
    attempts.renew_all(tx, now, now + int(LEASE_SECONDS * SECOND))
    if slots.holds_any(tx):
        slots.renew_process(tx, now, now + int(RENEWED_SECONDS * SECOND))
    return attempts.held_in_state(tx, "CANCELLING")
