"""What only web pages ask for."""

from __future__ import annotations

from uuid import uuid4

import httpx

from prefect.core.times import to_datetime
from prefect.storage.store import Store
from tests.server.routes.overviews.record import add_task_run, at, make_flow_run, settle
from tests.server.support import conforms


async def test_flow_runs_as_points(api: httpx.AsyncClient, store: Store) -> None:
    tag = uuid4().hex
    early, late = [await make_flow_run(api, tags=[tag]) for _ in range(2)]
    settle(
        store,
        "flow_run",
        early,
        "COMPLETED",
        expected_start_time=at(0),
        start_time=at(2),
        end_time=at(5),
        run_time=3_000_000,
    )
    settle(store, "flow_run", late, "CANCELLED", expected_start_time=at(10), start_time=None)
    wanted = {"flow_runs": {"tags": {"all_": [tag]}}}
    points = conforms("/ui/flow_runs/history", "post", await api.post("/ui/flow_runs/history", json=wanted))
    assert [(point["id"], point["duration"], point["lateness"]) for point in points] == [
        (str(late), 0.0, 0.0),
        (str(early), 3.0, 2.0),
    ]
    assert points[1]["timestamp"] == to_datetime(at(2)).isoformat().replace("+00:00", "Z")
    second = await api.post("/ui/flow_runs/history", json={**wanted, "limit": 1, "offset": 1})
    assert [point["id"] for point in second.json()] == [str(early)]
    assert (await api.post("/ui/flow_runs/history", json={"limit": 1001})).status_code == 422


async def test_task_runs_of_flow_runs(api: httpx.AsyncClient, store: Store) -> None:
    run, other, missing = await make_flow_run(api), await make_flow_run(api), uuid4()
    add_task_run(store, run, "a")
    standing = add_task_run(store, run, "sub-0")
    await make_flow_run(api, parent_task_run_id=str(standing))
    body = {"flow_run_ids": [str(identity) for identity in (run, other, missing, run)]}
    counts = conforms(
        "/ui/flow_runs/count-task-runs", "post", await api.post("/ui/flow_runs/count-task-runs", json=body)
    )
    assert counts == {str(run): 1, str(other): 0, str(missing): 0}
    assert (await api.post("/ui/flow_runs/count-task-runs", json={"flow_run_ids": []})).json() == {}
    assert (await api.post("/ui/flow_runs/count-task-runs", json={})).status_code == 422


async def test_task_runs_by_state(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    for number, state in enumerate(("COMPLETED", "COMPLETED", "RUNNING")):
        add_task_run(store, run, f"t{number}", state)
    wanted = {"flow_runs": {"id": {"any_": [str(run)]}}}
    counts = conforms("/ui/task_runs/count", "post", await api.post("/ui/task_runs/count", json=wanted))
    assert {state: count for state, count in counts.items() if count} == {"COMPLETED": 2, "RUNNING": 1}
    assert len(counts) == 9


async def test_outcomes_over_time(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api)
    for number, (state, begin) in enumerate(
        (("COMPLETED", 0), ("CANCELLED", 1), ("FAILED", 1), ("CRASHED", 599), ("RUNNING", 5))
    ):
        add_task_run(store, run, f"t{number}", state, begin=begin)
    times = {"after_": to_datetime(at(-20)).isoformat(), "before_": to_datetime(at(1180)).isoformat()}  # whole minutes
    body = {"task_runs": {"start_time": times}, "flow_runs": {"id": {"any_": [str(run)]}}}
    bars = conforms(
        "/ui/task_runs/dashboard/counts", "post", await api.post("/ui/task_runs/dashboard/counts", json=body)
    )
    assert len(bars) == 20
    assert [(place, bar["completed"], bar["failed"]) for place, bar in enumerate(bars) if any(bar.values())] == [
        (0, 2, 1),
        (10, 0, 1),
    ]
    later = {**times, "after_": to_datetime(at(1)).isoformat()}
    bars = (await api.post("/ui/task_runs/dashboard/counts", json={**body, "task_runs": {"start_time": later}})).json()
    assert sum(bar["completed"] + bar["failed"] for bar in bars) == 3
    open_ended = await api.post(
        "/ui/task_runs/dashboard/counts", json={"task_runs": {"start_time": {"before_": times["before_"]}}}
    )
    assert (open_ended.status_code, open_ended.json()) == (422, {"detail": "task_runs.start_time.after_ is required"})


async def test_a_task_run_with_the_name_of_its_flow_run(api: httpx.AsyncClient, store: Store) -> None:
    run = await make_flow_run(api, name="outer")
    task = add_task_run(store, run, "a", begin=1, end=2)
    found = conforms("/ui/task_runs/{id}", "get", await api.get(f"/ui/task_runs/{task}"))
    assert (found["name"], found["flow_run_name"], found["total_run_time"]) == ("a", "outer", 1.0)
    missing = await api.get(f"/ui/task_runs/{uuid4()}")
    assert (missing.status_code, missing.json()) == (404, {"detail": "Task not found"})
