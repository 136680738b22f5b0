"""Figures of the record for those who watch over it: cheap to ask for, however much is stored."""

from __future__ import annotations

from typing import NamedTuple

from prefect.storage.transaction import Transaction

MOST_SERIES = 500
"""Queues or limits of which there are figures."""

MOST_STARTS = 10_000


class Depth(NamedTuple):
    """How many runs of a queue are due, and since when the first of them is."""

    pool: str
    queue: str
    due: int
    oldest: int


class Slots(NamedTuple):
    """How many slots of a limit are taken, and how many there are."""

    kind: str
    name: str
    held: int
    slots: int
    waiting: int


class Start(NamedTuple):
    """When a run was to start, and did."""

    expected: int
    started: int


def runs_by_state(tx: Transaction) -> dict[str, int]:
    """How many flow runs are in each type of state."""
    sql = "SELECT state_type, COUNT(*) FROM flow_run WHERE state_type IS NOT NULL GROUP BY state_type"
    return {str(row[0]): int(row[1]) for row in tx.all(sql)}


def queue_depths(tx: Transaction, now: int) -> list[Depth]:
    """The queues in which runs are due; those that belong to none count as one."""
    sql = (
        "SELECT COALESCE(work_pool_name, ''), COALESCE(work_queue_name, ''), COUNT(*), MIN(next_scheduled_start_time)"
        " FROM flow_run WHERE state_type = 'SCHEDULED' AND next_scheduled_start_time <= ? GROUP BY 1, 2 ORDER BY 3 DESC"
        " LIMIT ?"
    )
    return [Depth(*row) for row in tx.all(sql, (now, MOST_SERIES))]


def slots(tx: Transaction, now: int) -> list[Slots]:
    """The limits in force."""
    sql = (
        "SELECT kind, name, COALESCE((SELECT SUM(occupy) FROM concurrency_slot WHERE limit_id = concurrency_limit.id"
        " AND expires > ?), 0), slots, (SELECT COUNT(*) FROM slot_waiter WHERE limit_id = concurrency_limit.id"
        " AND expires > ?) FROM concurrency_limit WHERE active = 1 ORDER BY kind, name LIMIT ?"
    )
    return [Slots(*row) for row in tx.all(sql, (now, now, MOST_SERIES))]


def starts_since(tx: Transaction, moment: int) -> list[Start]:
    """The runs that started after a moment, in their order."""
    sql = (
        "SELECT expected_start_time, start_time FROM flow_run WHERE updated >= ? AND start_time > ?"
        " AND expected_start_time IS NOT NULL ORDER BY start_time LIMIT ?"
    )
    return [Start(*row) for row in tx.all(sql, (moment, moment, MOST_STARTS))]
