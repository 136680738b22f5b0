"""Lists and counts of many runs: what is found, and along which index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, literal, select

from benchmarks.filling import fill
from prefect.core.times import to_datetime
from prefect.exceptions import DatabaseBusy
from prefect.storage.aggregates import flow_runs, task_runs, walks
from prefect.storage.aggregates.filters import Filters, flow_runs_where, task_runs_where
from prefect.storage.aggregates.reading import Reading
from prefect.storage.aggregates.walks import Walk
from prefect.storage.tables import flow_run, task_run
from tests.server.support import new_database, opened, sqlite_url

RUNS, TASKS = 4_000, 2_000
DAY = 86_400_000_000


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def reading(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """A record of some thousand runs, in each dialect."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("record"))
    else:
        url = new_database(request.getfixturevalue("postgres_url"))
    fill(url, RUNS, TASKS)
    store = opened(url)
    door = Reading(store)
    yield door
    door.close()
    store.close()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threshold below which a group is few, so that both ways are taken by a small record."""
    monkeypatch.setattr(walks, "FEW", 300)
    monkeypatch.setattr(walks, "FEW_BY_ID", 300)


@pytest.fixture
def none_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, so low that no group is few."""
    monkeypatch.setattr(walks, "FEW", -1)


def newest(reading: Reading) -> int:
    found = reading.one(select(func.max(flow_run.c.created).label("newest")))
    assert found is not None
    return int(found["newest"].timestamp() * 1_000_000)  # type: ignore[attr-defined]


def some_filters(reading: Reading) -> dict[str, Filters]:
    last = to_datetime(newest(reading))
    week = {"after_": to_datetime(newest(reading) - 7 * DAY), "before_": last}
    older = {"after_": to_datetime(newest(reading) - 30 * DAY), "before_": to_datetime(newest(reading) - 20 * DAY)}
    runs = reading.rows(select(flow_run).where(flow_run.c.deployment_id.is_not(None)).limit(3))
    ids, deployments = [run["id"] for run in runs], [run["deployment_id"] for run in runs]
    failed = {"type": {"any_": ["FAILED", "CRASHED"]}}
    many = [UUID(int=number) for number in range(12_000)]
    many_texts = [str(identity) for identity in many]
    return {
        "all": {},
        "failed": {"flow_runs": {"state": failed}},
        "completed": {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}},
        "late": {"flow_runs": {"state": {"name": {"any_": ["Late"]}}}},
        "failed or late": {"flow_runs": {"state": {**failed, "name": {"any_": ["Late"]}, "operator": "or_"}}},
        "a flow": {"flows": {"name": {"any_": ["flow-3"]}}},
        "no flow": {"flows": {"name": {"any_": ["none"]}}},
        "flows like": {"flows": {"name": {"like_": "FLOW-1"}}},
        "a deployment": {"deployments": {"id": {"any_": deployments[:1]}}},
        "deployment or none": {"flow_runs": {"deployment_id": {"any_": deployments, "is_null_": True, "operator": "or_"}}},
        "failed of a flow": {"flows": {"name": {"any_": ["flow-3"]}}, "flow_runs": {"state": failed}},
        "this week": {"flow_runs": {"operator": "and_", "expected_start_time": week}},
        "weeks ago": {"flow_runs": {"expected_start_time": older}},
        "began this week": {"flow_runs": {"start_time": week, "state": failed}},
        "never began": {"flow_runs": {"start_time": {"is_null_": True}}},
        "this week or failed": {"flow_runs": {"start_time": week, "state": failed, "operator": "or_"}},
        "common tag": {"flow_runs": {"tags": {"all_": ["dev"]}}},
        "rare tag": {"flow_runs": {"tags": {"any_": ["customer-7", "customer-8"]}}},
        "odd tags": {"flow_runs": {"tags": {"any_": ["\u00e4", '"', "%", ", "]}}},
        "name like": {"flow_runs": {"name": {"like_": "Y-FOX"}}},
        "ids": {"flow_runs": {"id": {"any_": ids}}},
        "not these": {"flow_runs": {"id": {"not_any_": ids}, "parent_task_run_id": {"is_null_": True}}},
        "very many ids": {"flow_runs": {"id": {"any_": [*ids, *many]}}},
        "none of very many": {"flow_runs": {"id": {"not_any_": [*ids, *many]}, "name": {"any_": [*many_texts, "calm-fox"]}}},
        "some of many tags": {"flow_runs": {"tags": {"any_": ["dev", *many_texts[:1500]]}}},
        "all of many tags": {"flow_runs": {"tags": {"all_": ["dev"] * 1500}}},
        "with task runs": {"task_runs": {"state": {"type": {"any_": ["FAILED"]}}}},
    }  # fmt: skip


NAMES = (
    "all", "failed", "completed", "late", "failed or late", "a flow", "no flow", "flows like", "a deployment",
    "deployment or none", "failed of a flow", "this week", "weeks ago", "began this week", "never began",
    "this week or failed", "common tag", "rare tag", "odd tags", "name like", "ids", "not these", "very many ids",
    "none of very many", "some of many tags", "all of many tags", "with task runs",
)  # fmt: skip


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", NAMES)
def test_flow_runs_are_the_same_by_any_way(reading: Reading, name: str) -> None:
    filters = some_filters(reading)[name]
    plain = select(flow_run.c.id).where(flow_runs_where(filters))
    for sort in flow_runs.SORTS:
        expected = [row["id"] for row in reading.rows(plain.order_by(*flow_runs.order_of(sort)).limit(50).offset(3))]
        found = [row["id"] for row in flow_runs.filtered_page(reading, filters, sort, 50, 3)]
        assert found == expected, sort
    assert flow_runs.filtered_count(reading, filters) == len(reading.rows(plain))


@pytest.mark.parametrize("name", NAMES)
def test_task_runs_are_the_same_by_any_way(reading: Reading, name: str) -> None:
    filters = some_filters(reading)[name]
    plain = select(task_run.c.id).where(task_runs_where(filters))
    for sort, order in task_runs.SORTS.items():
        found = [row["id"] for row in task_runs.filtered_page(reading, filters, sort, 50, 3)]
        wanted = reading.rows(plain.order_by(*order).limit(53))
        assert len(found) == max(len(wanted) - 3, 0), sort
    assert task_runs.filtered_count(reading, filters) == len(reading.rows(plain))


def plan_of(reading: Reading, query: Any) -> str:
    with reading._engine.connect() as connection:
        compiled = query.compile(dialect=reading._engine.dialect, compile_kwargs={"literal_binds": False})
        expanded = compiled.construct_expanded_state(compiled.params)
        values = [expanded.parameters[name] for name in expanded.positiontup]
        plain = [value.bytes if isinstance(value, UUID) else value for value in values]
        plain = [int(value.timestamp() * 1e6) if hasattr(value, "timestamp") else value for value in plain]
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {expanded.statement}", tuple(plain)).fetchall()
    return "; ".join(row[3] for row in rows)


NEWEST = ("all", "failed", "late", "a flow", "a deployment", "this week", "common tag", "name like")


@pytest.mark.usefixtures("none_few")
@pytest.mark.parametrize("name", NEWEST)
@pytest.mark.parametrize("sort", ["EXPECTED_START_TIME_DESC", "START_TIME_DESC"])
def test_newest_runs_are_read_from_an_index_in_their_order(reading: Reading, name: str, sort: str) -> None:
    if reading.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    walk = Walk(reading, some_filters(reading)[name])
    query = select(flow_run.c.id).where(walk.condition).order_by(*flow_runs.order_of(sort)).limit(200)
    plan = plan_of(reading, walk.listing(query, sort))
    assert f"USING COVERING INDEX {walks.ORDERED_BY[sort]}" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.usefixtures("few")
def test_the_newest_ids_of_the_latest_week_are_found_at_once(reading: Reading) -> None:
    if reading.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    for name, expected in (("this week", walks.BY_ID), ("weeks ago", walks.TIMELINE)):
        walk = Walk(reading, some_filters(reading)[name])
        query = select(flow_run.c.id).where(walk.condition).order_by(flow_run.c.id.desc()).limit(200)
        assert f"INDEX {expected}" in plan_of(reading, walk.listing(query, "ID_DESC"))


def test_a_statement_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    store = opened(sqlite_url(tmp_path))
    door = Reading(store, seconds=0.01)
    numbers = select(literal(1).label("n")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 50_000_000))
    with pytest.raises(DatabaseBusy, match="did not finish a statement in time; narrow the filter"):
        door.rows(select(func.count()).select_from(numbers))
    assert door.rows(select(literal(1).label("n"))) == [{"n": 1}]
    door.close()
    store.close()
