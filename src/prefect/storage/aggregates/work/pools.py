"""Work pools, work queues and workers: lists and counts, and who holds their slots."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, Select, and_, case, cast, func, or_, select

from prefect.storage.aggregates.filters import WORK_POOLS, WORK_QUEUES, WORKERS
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.aggregates.where import Condition, FieldFilter, Given, combined, where
from prefect.storage.keyed.work.pools import MISSED, UNSAID_INTERVAL
from prefect.storage.tables import flow_run, work_pool, work_queue, worker

HOLDING = ("PENDING", "RUNNING", "CANCELLING")
"""Types of states in which a run holds a slot of its pool and queue."""

_SECOND = 1_000_000


# --- pools


def pools(reading: Reading, given: Given | None, limit: int, now: int, offset: int = 0) -> list[Record]:
    """Pools by name, each with whether a worker reports to it at `now`, as `online`, and with the slots it `holds`."""
    query = select(work_pool, _online_in_pool(now).label("online")).where(where(WORK_POOLS, given))
    found = reading.rows(query.order_by(work_pool.c.name, work_pool.c.id).limit(limit).offset(offset))
    if all(row["concurrency_limit"] is None for row in found):
        return [{**row, "holds": None} for row in found]
    held = _held_by_pool(reading)
    return [{**row, "holds": held.get(row["id"], 0)} for row in found]


def pool_by_name(reading: Reading, name: str, now: int) -> Record | None:
    """The pool of that name, as `pools` has it."""
    return next(iter(pools(reading, {"name": {"any_": [name]}}, 1, now)), None)


def pool_count(reading: Reading, given: Given | None) -> int:
    """How many pools match a filter."""
    return _count(reading, select(func.count().label("count")).select_from(work_pool).where(where(WORK_POOLS, given)))


def _count(reading: Reading, query: Select[*tuple[object, ...]]) -> int:
    found = reading.one(query)
    return int(str(found["count"])) if found else 0


def _online_in_pool(now: int) -> Condition:
    return select(worker.c.id).where(worker.c.work_pool_id == work_pool.c.id, _online(now)).exists()


def _held_by_pool(reading: Reading) -> dict[object, int]:
    joined = flow_run.join(work_queue, work_queue.c.id == flow_run.c.work_queue_id)
    query = select(work_queue.c.work_pool_id, func.count().label("count")).select_from(joined)
    found = reading.rows(query.where(flow_run.c.state_type.in_(HOLDING)).group_by(work_queue.c.work_pool_id))
    return {row["work_pool_id"]: int(str(row["count"])) for row in found}


# --- queues


def _queues() -> Select[*tuple[object, ...]]:
    joined = work_queue.outerjoin(work_pool, work_pool.c.id == work_queue.c.work_pool_id)
    return select(work_queue, work_pool.c.name.label("work_pool_name")).select_from(joined)


def queues(reading: Reading, given: Given | None, limit: int, offset: int = 0) -> list[Record]:
    """Queues of all pools by name, each with its `work_pool_name` and with the slots it `holds`."""
    query = _queues().where(where(WORK_QUEUES, given)).order_by(work_queue.c.name, work_queue.c.id)
    return _with_slots(reading, reading.rows(query.limit(limit).offset(offset)))


def queues_of_pool(reading: Reading, pool_id: object, given: Given | None, limit: int, offset: int = 0) -> list[Record]:
    """A pool's queues by priority, as `queues` has them."""
    query = _queues().where(work_queue.c.work_pool_id == pool_id, where(WORK_QUEUES, given))
    ordered = query.order_by(work_queue.c.priority, work_queue.c.name)
    return _with_slots(reading, reading.rows(ordered.limit(limit).offset(offset)))


def queue_by_id(reading: Reading, queue_id: UUID) -> Record | None:
    """The queue of that id, as `queues` has it."""
    return next(iter(_with_slots(reading, reading.rows(_queues().where(work_queue.c.id == queue_id)))), None)


def queue_by_name(reading: Reading, pool_name: str, name: str) -> Record | None:
    """The queue of a pool, both by name, as `queues` has it."""
    found = reading.rows(_queues().where(work_pool.c.name == pool_name, work_queue.c.name == name))
    return next(iter(_with_slots(reading, found)), None)


def _with_slots(reading: Reading, found: list[Record]) -> list[Record]:
    limited = [row["id"] for row in found if row["concurrency_limit"] is not None]
    held = held_by_queue(reading, limited) if limited else {}
    return [{**row, "holds": held.get(row["id"], 0) if row["id"] in limited else None} for row in found]


def held_by_queue(reading: Reading, queue_ids: Sequence[object]) -> dict[object, int]:
    """How many slots the runs of each queue hold."""
    query = select(flow_run.c.work_queue_id, func.count().label("count"))
    query = query.where(flow_run.c.state_type.in_(HOLDING), flow_run.c.work_queue_id.in_(queue_ids))
    found = reading.rows(query.group_by(flow_run.c.work_queue_id))
    return {row["work_queue_id"]: int(str(row["count"])) for row in found}


def holders(reading: Reading, queue_ids: Sequence[object], limit: int, offset: int = 0) -> dict[object, list[Record]]:
    """The runs that hold slots, by queue: of each queue those in their state the longest, `limit` of them from `offset`."""
    number = (
        func.row_number()
        .over(partition_by=flow_run.c.work_queue_id, order_by=(flow_run.c.state_timestamp, flow_run.c.id))
        .label("number")
    )
    columns = [flow_run.c[name] for name in ("work_queue_id", *HOLDER)]
    query = select(*columns, number).where(flow_run.c.state_type.in_(HOLDING), flow_run.c.work_queue_id.in_(queue_ids))
    ranked = query.subquery()
    listed: dict[object, list[Record]] = {}
    wanted = select(ranked).where(ranked.c.number > offset, ranked.c.number <= offset + limit)
    for row in reading.rows(wanted.order_by(ranked.c.number)):
        listed.setdefault(row["work_queue_id"], []).append(row)
    return listed


HOLDER = ("id", "name", "state_type", "state_name", "start_time", "state_timestamp")


def late_count(reading: Reading, queue_id: UUID) -> int:
    """How many runs of a queue are late."""
    query = select(func.count().label("count")).select_from(flow_run)
    late = (flow_run.c.state_type == "SCHEDULED", flow_run.c.state_name == "Late")
    return _count(reading, query.where(flow_run.c.work_queue_id == queue_id, *late))


def all_queues(reading: Reading, limit: int) -> list[Record]:
    """Queues of all pools, the oldest first."""
    return reading.rows(select(work_queue).order_by(work_queue.c.id).limit(limit))


# --- workers


def _online(now: int) -> Condition:
    """Whether a worker has reported lately enough."""
    interval = case(
        (func.coalesce(worker.c.heartbeat_interval, 0) > 0, worker.c.heartbeat_interval), else_=UNSAID_INTERVAL
    )
    patience = cast(interval, BigInteger) * (MISSED * _SECOND)
    return cast(worker.c.last_heartbeat, BigInteger) + patience >= now


def workers(
    reading: Reading, pool_id: object, given: Given | None, limit: int, now: int, offset: int = 0
) -> list[Record]:
    """A pool's workers, the last to report first, each with whether it is `online` at `now`."""
    fields = {**WORKERS, "status": _status(now)}
    query = select(worker, case((_online(now), 1), else_=0).label("online"))
    query = query.where(worker.c.work_pool_id == pool_id, where(fields, given))
    ordered = query.order_by(worker.c.last_heartbeat.desc(), worker.c.id.desc())
    return reading.rows(ordered.limit(limit).offset(offset))


def _status(now: int) -> FieldFilter:
    def field(given: Given) -> Condition:
        conditions: list[Condition] = []
        if given.get("any_") is not None:
            conditions.append(_one_of(now, given["any_"]))
        if given.get("not_any_") is not None:
            conditions.append(~_one_of(now, given["not_any_"]))
        return combined(given, conditions)

    return field


def _one_of(now: int, statuses: Sequence[str]) -> Condition:
    online = _online(now)
    conditions = {"ONLINE": online, "OFFLINE": or_(worker.c.last_heartbeat.is_(None), ~online)}
    return or_(*(conditions[str(status)] for status in statuses)) if statuses else and_(worker.c.id.is_(None))
