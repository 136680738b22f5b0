"""Tag limits: tasks wait for a slot before they run."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from prefect import flow, task
from prefect.concurrency.v1.asyncio import concurrency as concurrency_async
from prefect.concurrency.v1.sync import concurrency
from prefect.exceptions import ConcurrencySlotAcquisitionError
from tests.concurrency.support import make_limit, rows


@pytest.fixture(autouse=True)
def limits(record: None) -> None:
    make_limit("one", 1, kind="tag")
    make_limit("none", 0, kind="tag")


def test_tasks_of_a_tag_run_one_at_a_time() -> None:
    inside = threading.Semaphore(1)

    @task(tags=["one", "other"])
    def work(number: int) -> int:
        assert inside.acquire(blocking=False)
        inside.release()
        return number

    @flow
    def main() -> list[int]:
        return work.map([1, 2, 3]).result()

    assert main() == [1, 2, 3]
    assert rows("SELECT * FROM concurrency_slot") == []
    assert rows("SELECT COUNT(*) FROM slot_history WHERE released IS NOT NULL") == [(3,)]


def test_waiting_is_on_record() -> None:
    @task(tags=["one"])
    def outer() -> int:
        return inner.submit().wait(0.15) or 1

    @task(tags=["one"])
    def inner() -> int:
        return 2

    assert flow(lambda: outer(), name="main")() == 1
    names = rows(
        "SELECT s.name, s.message FROM task_run_state s JOIN task_run r ON r.id = s.task_run_id"
        " WHERE r.task_name = 'inner' ORDER BY s.sequence"
    )
    waiting = ("AwaitingConcurrencySlot", "Concurrency limit 'one' is reached")
    assert names == [("Pending", None), waiting, ("Running", None), ("Completed", None)]


def test_a_limit_of_nothing_is_an_error() -> None:
    @task(tags=["none"])
    def work() -> None:
        raise AssertionError

    with pytest.raises(ConcurrencySlotAcquisitionError, match="'tag:none'"):
        flow(lambda: work(), name="main")()


async def test_around_any_code() -> None:
    with concurrency("one", uuid4()):
        with pytest.raises(TimeoutError):
            async with concurrency_async("one", uuid4(), timeout_seconds=0.05):
                raise AssertionError
    assert rows("SELECT * FROM concurrency_slot") == []
