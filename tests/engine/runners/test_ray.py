"""Tasks on a Ray cluster of this machine; skipped where Ray, which is large, is not installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from prefect import flow, task
from prefect.exceptions import CrashedRun
from prefect.testing.utilities import prefect_test_harness

pytest.importorskip("ray")

from prefect_ray import RayTaskRunner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore")]
OPTIONS: dict[str, Any] = {"num_cpus": 2, "include_dashboard": False, "log_to_driver": False}


@pytest.fixture(scope="module", autouse=True)
def harness() -> Iterator[None]:
    with prefect_test_harness():
        yield


@task
def double(number: int) -> int:
    return 2 * number


@task
def place(_number: int) -> int:
    return os.getpid()


@task
def die() -> None:
    os._exit(3)


@flow(task_runner=RayTaskRunner(init_kwargs=OPTIONS))
def on_ray() -> tuple[int, list[int], set[int]]:
    first = double.submit(1)
    second = double.submit(first)
    places = set(place.map(range(4)).result())
    return second.result(), double.map([1, 2, 3]).result(), places


@flow(task_runner=RayTaskRunner(init_kwargs=OPTIONS))
def dying() -> Any:
    future = die.submit()
    future.wait()
    return future.state.name, future.state.result(raise_on_failure=False), double.submit(2).result()


def test_calls_run_there_and_come_back() -> None:
    value, mapped, places = on_ray()
    assert (value, mapped) == (4, [2, 4, 6])
    assert os.getpid() not in places


def test_a_worker_that_dies_crashes_its_call_alone() -> None:
    name, error, after = dying()
    assert name == "Crashed"
    assert isinstance(error, CrashedRun)
    assert "died" in str(error)
    assert after == 4
