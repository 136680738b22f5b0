"""Task runners as such: equal by their options, and started once at a time."""

from __future__ import annotations

import pytest

from prefect import flow, task
from prefect.engine.runners.base import TaskRunner
from prefect.engine.runners.dask import DaskTaskRunner
from prefect.engine.runners.processes import ProcessPoolTaskRunner
from prefect.engine.runners.ray import RayTaskRunner
from prefect.engine.runners.threads import ThreadPoolTaskRunner

RUNNERS = (
    ThreadPoolTaskRunner(max_workers=3),
    ProcessPoolTaskRunner(max_workers=3, initializer=print, initargs=("begun",)),
    DaskTaskRunner(cluster_kwargs={"n_workers": 1}),
    RayTaskRunner(init_kwargs={"num_cpus": 1}),
)


@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: runner.name)
def test_a_duplicate_is_equal(runner: TaskRunner[object]) -> None:
    twin = runner.duplicate()
    assert twin == runner
    assert hash(twin) == hash(runner)
    assert runner != type(runner)()


def test_runners_of_different_kinds_or_options_differ() -> None:
    assert ThreadPoolTaskRunner(max_workers=3) != ThreadPoolTaskRunner(max_workers=4)
    assert ThreadPoolTaskRunner(max_workers=3) != ProcessPoolTaskRunner(max_workers=3)
    assert ThreadPoolTaskRunner() != 3


def test_a_runner_cannot_be_started_twice_at_once_but_again() -> None:
    runner = ThreadPoolTaskRunner()
    with runner, pytest.raises(RuntimeError, match=r"^This task runner is already started$"), runner:
        pass
    with runner:
        runner.cancel_all()
        runner.start(None)


def test_one_runner_serves_flows_within_each_other() -> None:
    runner = ThreadPoolTaskRunner(max_workers=1)
    work = task(lambda x: x + 1, name="work")

    @flow(task_runner=runner)
    def inner(x: int) -> int:
        return work.submit(x).result()

    @flow(task_runner=runner)
    def outer() -> int:
        return work.submit(inner(1)).result() + inner(5)

    with runner:
        assert outer() == 9
    assert outer() == 9


@pytest.mark.parametrize("runner", [5, "threads", object])
def test_what_is_no_runner_is_refused(runner: object) -> None:
    with pytest.raises(TypeError, match="task_runner must be a task runner"):
        flow(task_runner=runner)(lambda: 1)
