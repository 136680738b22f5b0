"""What Prometheus is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from prefect.server.observing.requests import BOUNDS, Timing
from prefect.storage.store import Store
from tests.server.routes.operations.test_explain import a_deployment, a_pool, a_run, put, started
from tests.server.support import serving

SITE = "http://127.0.0.1:4200"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
async def watched(store: Store, server_home: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(store, server_home, metrics=True, intervals={"late_runs": 0.1}) as api:
        yield api


async def samples(api: httpx.AsyncClient, place: str = f"{SITE}/metrics") -> Samples:
    response = await api.get(place)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(response.text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def of(found: Samples, name: str, **labels: str) -> float:
    return found[(f"headrace_{name}", frozenset(labels.items()))]


async def test_switched_off_it_says_how_to_switch_it_on(api: httpx.AsyncClient) -> None:
    for place in ("/metrics", "/api/metrics"):
        response = await api.get(SITE + place)
        assert response.status_code == 404
        assert "PREFECT_SERVER_METRICS_ENABLED" in response.json()["detail"]


async def test_runs_by_state_queues_and_slots(watched: httpx.AsyncClient) -> None:
    pool, limit = await a_pool(watched), f"limit-{uuid4().hex[:8]}"
    await started(watched, await a_deployment(watched, pool))
    run = await a_run(watched)
    await put(watched, run, "PENDING", "RUNNING")
    await watched.post("/v2/concurrency_limits/", json={"name": limit, "limit": 3})
    await watched.post("/v2/concurrency_limits/increment", json={"names": [limit], "slots": 2, "mode": "concurrency"})
    found = await samples(watched)
    assert of(found, "flow_runs", state="running") >= 1
    assert of(found, "queue_due_flow_runs", pool=pool, queue="default") == 1
    assert of(found, "queue_oldest_due_seconds", pool=pool, queue="default") >= 0
    assert of(found, "slots_held", kind="global", limit=limit) == 2
    assert of(found, "slots_limit", kind="global", limit=limit) == 3
    assert of(found, "slots_waiting", kind="global", limit=limit) == 0


async def test_how_late_runs_start(watched: httpx.AsyncClient) -> None:
    await put(watched, await a_run(watched), "PENDING", "RUNNING")
    found = await samples(watched)
    assert of(found, "flow_run_lateness_seconds_count") == of(found, "flow_run_lateness_seconds_bucket", le="+Inf") == 1
    assert of(found, "flow_run_lateness_seconds_bucket", le="2") == 1
    assert 0 <= of(found, "flow_run_lateness_seconds_sum") < 2


async def test_requests_by_route_and_status_and_what_the_process_does(watched: httpx.AsyncClient) -> None:
    for _ in range(3):
        await watched.get(f"/flows/{uuid4()}")
    await watched.get("/nowhere")
    for _ in range(100):
        await asyncio.sleep(0.02)
        found = await samples(watched, "/metrics")
        if ("headrace_duty_passes_total", frozenset({("duty", "late_runs")})) in found:
            break
    assert of(found, "request_seconds_count", method="GET", route="/flows/{id}", status="404") == 3
    assert of(found, "request_seconds_bucket", method="GET", route="/flows/{id}", status="404", le="10") == 3
    assert of(found, "request_seconds_count", method="", route="", status="404") == 1
    assert of(found, "duty_passes_total", duty="late_runs") >= 1
    assert of(found, "duty_failing", duty="late_runs") == 0
    assert of(found, "duty_pass_seconds", duty="late_runs") < 5
    assert of(found, "ready") == 1
    assert of(found, "recording_backlog") >= 0
    assert of(found, "recording_lag_seconds") < 5
    assert of(found, "live_watchers") >= 0
    assert of(found, "server_info", version=_version(found)) == 1
    assert found[("process_resident_memory_bytes", frozenset())] > 1e6


def _version(found: Samples) -> str:
    return next(dict(labels)["version"] for name, labels in found if name == "headrace_server_info")


async def test_the_record_is_not_asked_each_time(store: Store, server_home: Path) -> None:
    async with serving(store, server_home, metrics=True) as api:
        before = await samples(api)
        await a_run(api)
        assert (await samples(api)).get(("headrace_flow_runs", frozenset({("state", "scheduled")})), 0) == before.get(
            ("headrace_flow_runs", frozenset({("state", "scheduled")})), 0
        )


async def test_who_may_not_read_may_not_read_metrics(store: Store, server_home: Path) -> None:
    async with serving(store, server_home, metrics=True, auth_string="someone:secret") as api:
        for place in ("/metrics", "/api/metrics"):
            assert (await api.get(SITE + place)).status_code == 401
            assert (await api.get(SITE + place, auth=("someone", "secret"))).status_code == 200


def test_durations_fall_into_their_buckets() -> None:
    timing = Timing()
    for seconds in (0.0005, 0.001, 0.3, 100):
        timing.add(seconds)
    counted = dict(timing.cumulative())
    assert counted["0.001"] == 2
    assert counted["0.25"] == 2
    assert counted["0.5"] == 3
    assert counted[f"{BOUNDS[-1]:g}"] == 3
    assert counted["+Inf"] == 4
    assert timing.seconds == pytest.approx(100.3015)
