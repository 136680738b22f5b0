"""Histories and lateness over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from prefect.core.times import to_datetime
from prefect.storage.store import Store
from tests.server.routes.overviews.record import add_task_run, at, make_flow_run, settle
from tests.server.support import conforms


def span(start: float, end: float, length: float, **filters: Any) -> dict[str, Any]:
    return {
        "history_start": to_datetime(at(start)).isoformat(),
        "history_end": to_datetime(at(end)).isoformat(),
        "history_interval_seconds": length,
        **filters,
    }


async def history(api: httpx.AsyncClient, body: dict[str, Any], of: str = "flow_runs") -> list[list[tuple[Any, ...]]]:
    rows = conforms(f"/{of}/history", "post", await api.post(f"/{of}/history", json=body))
    columns = ("state_type", "state_name", "count_runs", "sum_estimated_run_time", "sum_estimated_lateness")
    return [[tuple(state[column] for column in columns) for state in row["states"]] for row in rows]


@pytest.fixture
async def runs(api: httpx.AsyncClient, store: Store) -> str:
    """A tag of some flow runs: due at 0, 5 and 15 s, and at 20 s, where the second interval ends."""
    tag = uuid4().hex
    for due, begin, end, state in (
        (0, 1, 3, "COMPLETED"),
        (5, 5, 6, "FAILED"),
        (15, 18, 20, "COMPLETED"),
        (20, 20, 21, "FAILED"),
    ):
        run = await make_flow_run(api, tags=[tag])
        times = {"expected_start_time": at(due), "start_time": at(begin), "end_time": at(end)}
        settle(store, "flow_run", run, state, **times, run_time=at(end) - at(begin))
    return tag


async def test_flow_runs_by_interval_and_state(api: httpx.AsyncClient, runs: str) -> None:
    wanted = {"flow_runs": {"tags": {"all_": [runs]}}}
    first = [("COMPLETED", "Completed", 1, 2.0, 1.0), ("FAILED", "Failed", 1, 1.0, 0.0)]
    second = [("COMPLETED", "Completed", 1, 2.0, 3.0)]
    assert await history(api, span(0, 20, 10, **wanted)) == [first, second]
    assert await history(api, span(0, 11, 10, **wanted)) == [first, second]  # the last interval is a whole one
    assert await history(api, span(-10, 0, 10, **wanted)) == [[]]
    assert await history(api, span(20, 0, 10, **wanted)) == []
    later = [("FAILED", "Failed", 1, 1.0, 0.0)]
    assert await history(api, span(20, 40, 20, **wanted)) == [later]


async def test_task_runs_by_interval_and_state(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    add_task_run(store, run, "a", begin=1, end=2)
    add_task_run(store, run, "b", "CRASHED", begin=12, end=12.5)
    found = await history(api, span(0, 20, 10, flow_runs={"id": {"any_": [str(run)]}}), "task_runs")
    assert found == [[("COMPLETED", "Completed", 1, 1.0, 0.0)], [("CRASHED", "Crashed", 1, 0.5, 0.0)]]


async def test_no_more_than_500_intervals(api: httpx.AsyncClient) -> None:
    wanted = {"flow_runs": {"tags": {"all_": ["nobody's"]}}}
    assert len(await history(api, span(0, 86_400, 1, **wanted))) == 500
    assert len(await history(api, span(0, 499.5, 1, **wanted))) == 500


async def test_intervals_at_the_ends_of_time(api: httpx.AsyncClient) -> None:
    for start, end, length in (
        ("0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", 86_400),
        ("9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z", 864_000),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 86_399_999_999_999),
    ):
        body = {"history_start": start, "history_end": end, "history_interval_seconds": length}
        conforms("/flow_runs/history", "post", await api.post("/flow_runs/history", json=body))


async def test_what_is_no_span_of_time(api: httpx.AsyncClient) -> None:
    short = await api.post("/flow_runs/history", json=span(0, 60, 0.5))
    assert (short.status_code, short.json()) == (422, {"detail": "History interval must not be less than 1 second."})
    for length in (1e300, -1e300, "x", None):
        assert (await api.post("/flow_runs/history", json=span(0, 60, length))).status_code == 422  # type: ignore[arg-type]
    missing = await api.post("/task_runs/history", json={})
    assert [problem["loc"][-1] for problem in missing.json()["exception_detail"]] == [
        "history_end", "history_interval_seconds", "history_start",
    ]  # fmt: skip


async def test_lateness_on_average(api: httpx.AsyncClient, store: Store, runs: str) -> None:
    async def late(**filters: object) -> object:
        return conforms("/flow_runs/lateness", "post", await api.post("/flow_runs/lateness", json=filters))

    assert await late(flow_runs={"tags": {"all_": [runs]}}) == 1.0  # of 1, 0, 3 and 0
    assert await late(flow_runs={"id": {"any_": [str(UUID(int=0))]}}) is None
    never = await make_flow_run(api)
    settle(store, "flow_run", never, "CANCELLED", expected_start_time=1, start_time=None)
    assert await late(flow_runs={"id": {"any_": [str(never)]}}) == 0.0
