"""Dask, for real: a local cluster of two processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from prefect import flow
from prefect.exceptions import NotReachable
from prefect_dask import DaskTaskRunner
from tests.engine.runners import jobs

distributed = pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
        yield made


def run(cluster: Any, body: Any) -> Any:
    found: list[Any] = []
    flow(lambda: found.append(body()), name="on dask", task_runner=DaskTaskRunner(cluster=cluster))()
    return found[0]


def test_a_map_of_a_thousand(cluster: Any) -> None:
    results = run(cluster, lambda: jobs.whoami.map(range(1000)).result())
    assert [x for _, x in results] == list(range(1000))
    assert os.getpid() not in {pid for pid, _ in results}


def test_a_large_result_goes_from_worker_to_worker(cluster: Any) -> None:
    def body() -> Any:
        content = jobs.big.submit(5_000_000)
        return jobs.length.submit(content).result(), repr(content.state.data)

    size, held = run(cluster, body)
    assert size == 5_000_000
    assert held.startswith("<on Dask")


def test_dependencies_and_nested_submissions(cluster: Any) -> None:
    def body() -> Any:
        one = jobs.plus_one.submit(1)
        return jobs.plus_one.submit(one).result(), jobs.sums.submit(5).result()

    assert run(cluster, body) == (3, 10)


def test_a_killed_worker_crashes_the_call(cluster: Any) -> None:
    state = run(cluster, lambda: jobs.is_killed.submit(return_state=True))
    assert state.is_crashed()
    assert "Dask workers" in state.message


def test_the_record_of_another_machine_is_not_reachable() -> None:
    from prefect.connect import at_place, this_place

    _host, settings = this_place()
    with pytest.raises(NotReachable, match="PREFECT_API_URL"):
        with at_place(("elsewhere/boot-1", settings)):
            raise AssertionError("never gets here")


def test_options_that_contradict_one_another() -> None:
    with pytest.raises(ValueError):
        DaskTaskRunner(cluster=object(), address="tcp://x:1")
