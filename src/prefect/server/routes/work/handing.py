"""Handing scheduled runs to workers.

What is handed out stays Scheduled: a worker takes a run by proposing Pending, and of several who do only one is accepted.
Asking for runs says that somebody looks after a pool, its queues and their deployments.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.core.ports import Clock
from prefect.orchestrator.work.readiness import queues_polled
from prefect.server.http.calls import AnyCall
from prefect.storage.aggregates import flow_runs
from prefect.storage.documents import Record
from prefect.storage.keyed.work import queues
from prefect.storage.transaction import Transaction


def runs_by_id(call: AnyCall, ids: Sequence[UUID]) -> dict[UUID, Record]:
    """Flow runs by id, with their pools."""
    if not ids:
        return {}
    wanted = {"flow_runs": {"id": {"any_": list(ids)}}}
    rows = flow_runs.filtered_page(call.world.reading, wanted, "ID_DESC", len(ids))
    return {UUID(str(row["id"])): row for row in rows}


def hand_out(
    tx: Transaction,
    polled: Sequence[Record],
    pool: Record | None,
    window: queues.Window,
    clock: Clock,
    seen: bool = True,
) -> list[tuple[UUID, UUID]]:
    """The runs of queues that may start, as (run, queue), with the poll noted if it is to be `seen`."""
    if seen:
        queues_polled(tx, [queue["id"] for queue in polled], clock)
    if pool is not None and pool["paused"]:
        return []
    return queues.due(tx, polled, None if pool is None else pool["concurrency_limit"], window)
