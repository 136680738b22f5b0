"""The server's own events: one for each state that a flow run enters, written in the transaction of the transition.

An event's id is the id of its state, so that the same transition told twice is one event, and an event follows the one
of the state before it.
"""

from __future__ import annotations

from uuid import UUID

from prefect.core.journal import EVENT, EVENT_RESOURCE
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State
from prefect.core.records.events import RESOURCE_ID, RESOURCE_NAME, EventRecord, Labels, related
from prefect.core.times import to_datetime
from prefect.storage.keyed.events import surroundings
from prefect.storage.transaction import Transaction


def flow_run_entered(
    tx: Transaction, run: FlowRun, previous: State[object] | None, state: State[object], now: int | None = None
) -> None:
    """Record that a flow run has entered a state; call it when the state has its id.

    Args:
        previous: the state before, if there was one.
        now: the moment of the decision; that of the state if None.
    """
    append(tx, _entered(tx, run, previous, state, now))


def append(tx: Transaction, event: EventRecord) -> None:
    """Write an event in the transaction."""
    tx.append(EVENT, event.row())
    for row in event.resource_rows():
        tx.append(EVENT_RESOURCE, row)


def _entered(
    tx: Transaction, run: FlowRun, previous: State[object] | None, state: State[object], now: int | None
) -> EventRecord:
    moment = state.moment
    assert moment is not None
    was = None if previous is None else previous.type.value
    payload = {
        "intended": {"from": was, "to": state.type.value},
        "initial_state": None if previous is None else _told(previous),
        "validated_state": _told(state),
    }
    return EventRecord(
        _identity(state),
        f"prefect.flow-run.{state.name}",
        _resource(run, state, moment),
        _surroundings(tx, run),
        payload,
        moment,
        moment if now is None else now,
        None if previous is None else _identity(previous),
    )


def _identity(state: State[object]) -> UUID:
    return UUID(str(state.id))


def _told(state: State[object]) -> dict[str, object]:
    told: dict[str, object] = {"type": state.type.value, "name": state.name}
    if state.message:
        told["message"] = state.message
    if state.detail_facts().get("pause_reschedule"):
        told["pause_reschedule"] = "true"
    return told


def _resource(run: FlowRun, state: State[object], moment: int) -> Labels:
    return {
        RESOURCE_ID: f"prefect.flow-run.{run.id}",
        RESOURCE_NAME: run.name,
        "prefect.run-count": str(run.run_count),
        "prefect.state-message": (state.message or "").replace("\0", "\N{REPLACEMENT CHARACTER}"),
        "prefect.state-name": state.name,
        "prefect.state-timestamp": to_datetime(moment).isoformat(),
        "prefect.state-type": state.type.value,
    }


def _surroundings(tx: Transaction, run: FlowRun) -> list[Labels]:
    found = [related("flow", "flow", run.flow_id, run.flow_name)]
    caller = None if run.parent_task_run_id is None else surroundings.task_run(tx, run.parent_task_run_id)
    if caller is not None:
        found.append(related("task-run", "task-run", caller.id, caller.name))
    deployment = None if run.deployment_id is None else surroundings.deployment(tx, run.deployment_id)
    if deployment is not None:
        found.append(related("deployment", "deployment", deployment.id, deployment.name))
    queue = None if run.work_queue_id is None else surroundings.queue_and_pool(tx, run.work_queue_id)
    if queue is not None:
        work_queue, pool = queue
        found.append(related("work-queue", "work-queue", work_queue.id, work_queue.name))
        found.append(related("work-pool", "work-pool", pool.id, pool.name, **{"prefect.work-pool.type": pool.type}))
    return [*found, *(related("tag", "tag", tag) for tag in sorted(set(run.tags)))]
