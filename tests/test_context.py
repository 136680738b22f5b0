"""Contexts: what they are, and taking them to threads and other processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from prefect import context, flow, tags, task
from prefect.context import FlowRunContext, TagsContext, TaskRunContext, get_run_context
from prefect.exceptions import MissingContextError
from prefect.settings import get_current_settings, temporary_settings
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


def in_thread(call: Any) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]


def test_outside_of_runs() -> None:
    with pytest.raises(MissingContextError, match="No run context available"):
        get_run_context()
    assert FlowRunContext.get() is None
    assert TaskRunContext.get() is None


def test_within_runs() -> None:
    @task
    def work() -> Any:
        return get_run_context()

    @flow
    def main() -> Any:
        return get_run_context(), work()

    of_flow, of_task = main()
    assert (type(of_flow), type(of_task)) == (FlowRunContext, TaskRunContext)
    assert of_task.flow_context is of_flow


def test_tags() -> None:
    with tags("a"), tags("b") as inner:
        assert inner == TagsContext.get().current_tags == {"a", "b"}
    assert TagsContext.get().current_tags == set()
    wrong: Any = 5
    with pytest.raises(ValueError, match="Tags are strings"), tags(wrong):
        raise AssertionError


def test_threads_of_ones_own() -> None:
    @flow
    def main() -> list[Any]:
        call = context.with_context(lambda: FlowRunContext.get() is not None)
        return [in_thread(lambda: FlowRunContext.get() is not None), in_thread(call)]

    assert main() == [False, True]


def test_elsewhere() -> None:
    @task
    def work() -> dict[str, Any]:
        return context.serialize_context()

    @flow
    def main(x: int = 1) -> dict[str, Any]:
        return work()

    with tags("t"), temporary_settings({"PREFECT_TASKS_DEFAULT_RETRIES": 3}):
        carried = main()

    def look() -> list[Any]:
        with context.hydrated_context(carried):
            of_flow, of_task = FlowRunContext.get(), TaskRunContext.get()
            assert of_flow is not None
            assert of_task is not None
            retries = get_current_settings().tasks.default_retries
            return [of_flow.flow.name, of_flow.parameters, of_task.task.name, retries, TagsContext.get().current_tags]

    assert in_thread(look) == ["main", {"x": 1}, "work", 3, {"t"}]


def test_nothing_to_take() -> None:
    with context.hydrated_context(None), context.hydrated_context({}):
        assert FlowRunContext.get() is None
    carried = context.serialize_context()
    assert carried["flow_run_context"] is None
    with context.hydrated_context(carried):
        assert FlowRunContext.get() is None
