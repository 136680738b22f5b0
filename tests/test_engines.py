"""`flow_engine` and `task_engine`: running by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from prefect import flow, task
from prefect.context import FlowRunContext, TaskRunContext, serialize_context
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import load_flow_run, run_flow
from prefect.task_engine import run_task
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


@task
def double(x: int) -> int:
    return 2 * x


@task
async def double_async(x: int) -> int:
    return 2 * x


@task
def count(to: int) -> Iterator[int]:
    yield from range(to)


async def test_tasks() -> None:
    run_id = uuid4()
    assert run_task(double, parameters={"x": 2}) == 4
    state = run_task(double, task_run_id=run_id, parameters={"x": 2}, return_type="state")
    assert (await state.aresult(), state.state_details.task_run_id) == (4, run_id)
    assert await run_task(double_async, parameters={"x": 2}) == 4
    assert list(run_task(count, parameters={"to": 3})) == [0, 1, 2]


def test_a_task_in_a_context_from_elsewhere() -> None:
    carried = flow(lambda: serialize_context(), name="main")()
    where = task(lambda: (FlowRunContext.get().flow.name, TaskRunContext.get().task.name), name="where")  # type: ignore[union-attr]
    assert run_task(where, context=carried) == ("main", "where")


def test_flows() -> None:
    tries: list[int] = []

    @flow
    def main(x: int) -> Any:
        tries.append(x)
        if len(tries) == 1:
            raise ValueError("first")
        return FlowRunContext.get().flow_run.id  # type: ignore[union-attr]

    state = run_flow(main, parameters={"x": 5}, return_type="state")
    run_id = state.state_details.flow_run_id
    assert state.is_failed()
    assert run_flow(main, flow_run=load_flow_run(run_id)) == run_id
    assert tries == [5, 5]
    assert load_flow_run(run_id).run_count == 2


async def test_async_and_generator_flows() -> None:
    @flow
    async def main(x: int) -> int:
        return x

    @flow
    def items() -> Iterator[int]:
        yield 1
        yield 2

    assert await run_flow(main, parameters={"x": 1}) == 1
    assert list(run_flow(items)) == [1, 2]


def test_errors_are_told(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    logger = logging.getLogger("engines")
    with pytest.raises(ObjectNotFound):
        load_flow_run(uuid4())
    with pytest.raises(ValueError, match="bad"):
        run_flow(flow(lambda: (_ for _ in ()).throw(ValueError("bad")), name="main"), error_logger=logger)
    assert "unexpected exception" in caplog.text
