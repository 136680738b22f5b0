"""Why a flow run is where it is: the facts, read from the record in one go, for `core.explain` to judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from prefect.core.explain import Cause, Explanation, Facts, FullLimit, Holder, Lease, Pool, explain
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import TERMINAL_STATES, StateType
from prefect.core.slots import free_slots
from prefect.core.times import SECOND, to_micros
from prefect.orchestrator.lost_runs import CLIENT, is_lost
from prefect.storage.documents import Record
from prefect.storage.keyed import attempts, flow_runs, limits
from prefect.storage.keyed.limits import Limit
from prefect.storage.keyed.runs import waiting
from prefect.storage.keyed.runs.waiting import SlotHolder, WaitingTask
from prefect.storage.keyed.work import deployments, pools, queues
from prefect.storage.keyed.work.pools import MISSED, POLLED_SECONDS, UNSAID_INTERVAL
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction
from prefect.utilities.records import record

AWAITING_SLOT, AWAITING_RETRY = "AwaitingConcurrencySlot", "AwaitingRetry"


@record
class Explained:
    """A flow run with why it is where it is: the cause first, then what else holds it up."""

    run: FlowRun
    reason: str | None
    """Why the last decision fell as it did, where that was written down."""

    explanations: Sequence[Explanation]


def explain_flow_run(store: Store, run_id: UUID, now: int) -> Explained | None:
    """Why a flow run is where it is; None if there is none of that id. Raises StorageError."""

    def look(tx: Transaction) -> Explained | None:
        run = flow_runs.load(tx, run_id)
        if run is None:
            return None
        facts = facts_of(tx, run, now)
        return Explained(run, facts.reason, explain(facts))

    return store.read(look)


def facts_of(tx: Transaction, run: FlowRun, now: int) -> Facts:
    """What the record knows of a run at a moment."""
    reason = waiting.last_reason(tx, run.id)
    if run.state is None or run.state.type in TERMINAL_STATES:
        return Facts(now, run.state, reason)
    due = run.next_scheduled_start
    if due is None and run.state.state_details.scheduled_time is not None:
        due = to_micros(run.state.state_details.scheduled_time)
    deployment = None if run.deployment_id is None else deployments.by_id(tx, run.deployment_id)
    place = _place(tx, run)
    full, retry = _what_tasks_wait_for(tx, run, now)
    if run.state.type is StateType.SCHEDULED:
        full = [*full, *_deployment_limit(tx, run, deployment, now), *_pool_limits(tx, *place)]
    polled = None if deployment is None or deployment["last_polled"] is None else to_micros(deployment["last_polled"])
    return Facts(
        now=now,
        state=run.state,
        reason=reason,
        due=due,
        lease=_lease(tx, run, now),
        deployment=None if deployment is None else str(deployment["name"]),
        deployment_paused=deployment is not None and bool(deployment["paused"]),
        deployment_polled=_recently(polled, now),
        pool=_pool(tx, *place, now),
        full=full,
        task_retry=retry,
    )


def _recently(moment: int | None, now: int) -> bool:
    return moment is not None and now - moment <= POLLED_SECONDS * SECOND


# --- who runs it


def _lease(tx: Transaction, run: FlowRun, now: int) -> Lease | None:
    attempt = attempts.live_attempt(tx, run.id)
    if attempt is None:
        return None
    return Lease(shown_process(attempt.holder), attempt.expires, is_lost(attempt, now))


def shown_process(holder: str) -> str:
    """A process as people read it: its number and its machine."""
    parts = holder.split("/")
    if holder == CLIENT or len(parts) < 3:
        return "a client of the API"
    return f"process {parts[-2]} on {parts[0]}"


# --- where it is to run


def _place(tx: Transaction, run: FlowRun) -> tuple[Record | None, Record | None]:
    """Its pool and its queue."""
    queue = None if run.work_queue_id is None else queues.by_id(tx, run.work_queue_id)
    pool = None if queue is None or queue["work_pool_id"] is None else pools.by_id(tx, queue["work_pool_id"])
    return pool, queue


def _pool(tx: Transaction, pool: Record | None, queue: Record | None, now: int) -> Pool | None:
    if pool is None:
        return None
    found = waiting.polls(tx, pool["id"], None if queue is None else queue["id"], now, UNSAID_INTERVAL, MISSED)
    return Pool(
        name=pool["name"],
        queue=None if queue is None else queue["name"],
        pool_paused=pool["paused"],
        queue_paused=queue is not None and queue["paused"],
        workers_online=found.online,
        heard_of=found.heard_of,
        polled=found.polled,
        polling=_recently(found.polled, now),
    )


def _pool_limits(tx: Transaction, pool: Record | None, queue: Record | None) -> Iterable[FullLimit]:
    if pool is None or queue is None:
        return
    busy = queues.under_way(tx, pool["id"])
    for cause, place, ids in (
        (Cause.POOL_LIMIT, pool, [each["id"] for each in queues.of_pool(tx, pool["id"])]),
        (Cause.QUEUE_LIMIT, queue, [queue["id"]]),
    ):
        taken = sum(busy.get(each, 0) for each in ids)
        slots = place["concurrency_limit"]
        if slots is not None and taken >= slots:
            yield FullLimit(cause, place["name"], slots, taken, _holders(waiting.runs_under_way(tx, ids)))


# --- limits


def _deployment_limit(tx: Transaction, run: FlowRun, deployment: Record | None, now: int) -> Iterable[FullLimit]:
    key = None if deployment is None else deployment["concurrency_limit_id"]
    limit = None if key is None else limits.by_id(tx, key.bytes)
    if limit is not None:
        yield from _if_full(tx, limit, Cause.DEPLOYMENT_LIMIT, now)


def _what_tasks_wait_for(tx: Transaction, run: FlowRun, now: int) -> tuple[list[FullLimit], tuple[str, int] | None]:
    """Limits that the run or its tasks stand in line for, and the task that is next to be tried again."""
    found: dict[bytes, FullLimit] = {}
    for each in waiting.waits(tx, run.id, now):
        limit = limits.by_id(tx, each.limit_id)
        who = None if each.run_id == run.id else waiting.name_of_task(tx, each.run_id)
        if limit is not None:
            found.setdefault(each.limit_id, _full(tx, limit, _cause(limit), now, who, each.since))
    tasks = waiting.waiting_tasks(tx, run.id)
    for full_of, limit in _of_tags(tx, tasks, now):
        found.setdefault(bytes(limit.id), full_of)
    return list(found.values()), _next_retry(tasks, now)


def _next_retry(tasks: Sequence[WaitingTask], now: int) -> tuple[str, int] | None:
    tries = [(task.due, task.name) for task in tasks if task.state_name == AWAITING_RETRY and task.due is not None]
    ahead = [(due, name) for due, name in tries if due > now]
    return None if not ahead else (min(ahead)[1], min(ahead)[0])


def _of_tags(tx: Transaction, tasks: Sequence[WaitingTask], now: int) -> Iterable[tuple[FullLimit, Limit]]:
    """Tags whose limit keeps a task of a client from running: such a client stands in no line, it asks again."""
    first: dict[str, WaitingTask] = {}
    for task in tasks:
        for tag in task.tags:
            first.setdefault(tag, task)
    for limit in limits.find(tx, limits.TAG, sorted(first)):
        task = first[limit.name]
        for full in _if_full(tx, limit, Cause.TAG_LIMIT, now, task.name, task.since):
            yield full, limit


def _cause(limit: Limit) -> Cause:
    return Cause.TAG_LIMIT if limit.kind == limits.TAG else Cause.GLOBAL_LIMIT


def _if_full(
    tx: Transaction, limit: Limit, cause: Cause, now: int, who: str | None = None, since: int | None = None
) -> Iterable[FullLimit]:
    if limit.active and free_slots(limits.facts(tx, limit, now), now) <= 0:
        yield _full(tx, limit, cause, now, who, since)


def _full(
    tx: Transaction, limit: Limit, cause: Cause, now: int, who: str | None = None, since: int | None = None
) -> FullLimit:
    taken = limit.slots - free_slots(limits.facts(tx, limit, now), now)
    held = _holders(waiting.holders(tx, limit.id, now))
    return FullLimit(cause, limit.name, limit.slots, taken, held, who, since, bool(limit.decay))


def _holders(found: Sequence[SlotHolder]) -> list[Holder]:
    return [
        Holder(
            each.id, each.kind, each.name, each.since, each.occupy,
            None if each.process is None else shown_process(each.process), each.expires,
        )
        for each in found
    ]  # fmt: skip
