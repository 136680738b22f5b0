"""Concurrency slots that follow from a run's states: of its deployment, and of a task run's tags."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.core.lifecycle.transitions import DeploymentSlot
from prefect.core.slots import free_slots
from prefect.core.times import SECOND
from prefect.orchestrator import slots as taking
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import limits, slots
from prefect.storage.keyed.limits import Limit
from prefect.storage.keyed.slots import Claim
from prefect.storage.transaction import Transaction

LEASE_SECONDS = 300
"""How long a slot of a deployment is held unless whoever runs the flow renews the lease."""

CANCEL_NEW = "CANCEL_NEW"


# --- deployments


def deployment_slot(tx: Transaction, deployment_id: UUID, now: int) -> DeploymentSlot | None:
    """Whether the deployment has a slot free, and what becomes of runs that find none; None if it has no limit."""
    limit, options = _deployment_limit(tx, deployment_id)
    if limit is None or not limit.active:
        return None
    cancels = (options or {}).get("collision_strategy") == CANCEL_NEW
    return DeploymentSlot(_has_room(tx, limit, now), cancels)


def take_deployment_slot(tx: Transaction, deployment_id: UUID, lease: UUID, run_id: UUID, now: int) -> None:
    """Have a flow run hold a slot of its deployment by a lease."""
    limit, _ = _deployment_limit(tx, deployment_id)
    if limit is not None:
        claim = Claim(lease, run_id, 0, 1, "flow_run")
        _take(tx, limit, claim, now, now + LEASE_SECONDS * SECOND)


def _deployment_limit(tx: Transaction, deployment_id: UUID) -> tuple[Limit | None, dict[str, object] | None]:
    sql = "SELECT concurrency_limit_id, concurrency_options FROM deployment WHERE id = ?"
    row = tx.one(sql, (deployment_id.bytes,))
    if row is None or row[0] is None:
        return None, None
    return limits.by_id(tx, row[0]), json.loads(row[1]) if row[1] else None


# --- tags


class TagSlots(NamedTuple):
    """How the tags of a task run stand."""

    full: Sequence[str]
    forbidden: str | None
    """One that has no slot at all."""


def tag_slots(tx: Transaction, tags: Sequence[str], now: int) -> TagSlots:
    """Which of the tags have no slot free."""
    found = [limit for limit in limits.find(tx, limits.TAG, sorted(set(tags))) if limit.active]
    forbidden = next((limit.name for limit in found if limit.slots == 0), None)
    return TagSlots([limit.name for limit in found if not _has_room(tx, limit, now)], forbidden)


def take_tag_slots(tx: Transaction, tags: Sequence[str], run_id: UUID, now: int) -> None:
    """Have a task run hold a slot of each of its tags that has a limit, until its state or its flow run's says otherwise."""
    for limit in limits.find(tx, limits.TAG, sorted(set(tags))):
        if limit.active:
            _take(tx, limit, Claim(run_id, run_id, 0, 1, "task_run"), now, slots.FOREVER)


def _has_room(tx: Transaction, limit: Limit, now: int) -> bool:
    slots.release_lost(tx, now, is_gone, limit.id)
    return free_slots(limits.facts(tx, limit, now), now) > 0


def _take(tx: Transaction, limit: Limit, claim: Claim, now: int, expires: int) -> None:
    taking.take(tx, [limit], [limits.facts(tx, limit, now)], claim, now, expires)
