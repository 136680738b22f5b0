"""The reading door says the same of both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from prefect.core.journal import LOG, TASK_RUN
from prefect.exceptions import StorageError
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.storage.aggregates import limits as limit_pages
from prefect.storage.aggregates import logs, task_runs
from prefect.storage.aggregates.logs import LogFilter
from prefect.storage.aggregates.reading import Reading
from prefect.storage.aggregates.task_runs import TaskRunFilter
from prefect.storage.keyed import limits
from prefect.storage.keyed.listing import newest_flow_runs
from prefect.storage.store import Store
from prefect.storage.tables import flow_run
from tests.orchestrator.support import START, TestClock, at, request, state
from tests.storage.support import log_row, run_row

RUN = UUID(int=1 << 16)


@pytest.fixture
def reading(store: Store) -> Iterator[Reading]:
    EmbeddedBackend(store, TestClock()).begin_flow_run(
        request(tags=("a", "ü"), parameters='{"x": [1]}'), [state("RUNNING")]
    )
    store.append(TASK_RUN, run_row(1, 0, flow_run_id=RUN.bytes, tags='["t"]', task_inputs='{"y": 1}'))
    for number in range(5):
        store.append(LOG, log_row(number, flow_run_id=RUN.bytes))
    store.flush()
    door = Reading(store)
    yield door
    door.close()


def test_rows_come_typed(reading: Reading) -> None:
    (run,) = reading.rows(select(flow_run))
    assert run["id"] == RUN
    assert run["tags"] == ["a", "ü"]
    assert run["parameters"] == {"x": [1]}
    assert run["auto_scheduled"] is False
    assert run["start_time"] == at(0)
    assert isinstance(run["created"], datetime)
    (task,) = task_runs.page(reading, TaskRunFilter(flow_run_ids=(RUN,)), limit=10)
    assert (task["tags"], task["task_inputs"], task["flow_run_name"]) == (["t"], {"y": 1}, "run-1")


def test_pages_follow_each_other(reading: Reading) -> None:
    wanted = LogFilter(flow_run_id=RUN)
    assert logs.count(reading, wanted) == 5
    first = logs.page(reading, wanted, limit=2)
    assert [line["message"] for line in logs.since(reading, wanted, first[-1])] == ["said"] * 3


def test_flags_and_sums(store: Store, reading: Reading) -> None:
    store.transact(lambda tx: limits.write(tx, UUID(int=9), limits.GLOBAL, "l", 3, START))
    limit = limit_pages.by_name(reading, limits.GLOBAL, "l", START)
    assert limit is not None
    assert (limit["active"], limit["slots"], limit["taken"]) == (True, 3, 0)


def test_the_newest_runs_in_plain_sql(store: Store, reading: Reading) -> None:
    (run,) = store.read(lambda tx: newest_flow_runs(tx, 10))
    assert (run["id"], run["flow_name"], run["tags"]) == (RUN, "flow", ["a", "ü"])


def test_it_never_writes(reading: Reading) -> None:
    with pytest.raises(StorageError):
        reading.rows(insert(flow_run).values(id=UUID(int=5)))  # type: ignore[arg-type]
    assert len(reading.rows(select(flow_run))) == 1
