"""Inputs of a call: what futures and states inside arguments become."""

from __future__ import annotations

import time
from typing import Any

import pytest

from prefect import State, flow, task
from prefect.exceptions import CircularFuture
from prefect.testing.utilities import prefect_test_harness


@task
def pause() -> int:
    time.sleep(0.05)
    return 1


@task
def count(things: list[Any]) -> int:
    return len(things)


def test_a_call_that_waits_for_itself_fails_instead_of_hanging() -> None:
    @flow
    def main() -> State[int]:
        things: list[Any] = [pause.submit()]
        future = count.submit(things)
        things.append(future)
        future.wait(10)
        return future.state

    with prefect_test_harness(), pytest.raises(CircularFuture, match="waits for itself"):
        main()


def test_futures_deep_inside_arguments_are_replaced() -> None:
    @task
    def look(given: dict[str, Any]) -> Any:
        return given["a"][0]["b"]

    @flow
    def main() -> Any:
        return look.submit({"a": [{"b": pause.submit()}]}).result()

    with prefect_test_harness():
        assert main() == 1
