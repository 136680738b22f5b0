"""`map` gives a list of futures, whose `result()` is a list of values."""

from collections.abc import Iterator
from typing import assert_type

from prefect import State, allow_failure, flow, task, unmapped
from prefect.futures import PrefectFuture, PrefectFutureList


@task
def scale(number: int, by: float) -> float:
    return number * by


def numbers() -> Iterator[int]:
    yield from range(10)


@flow
def pipeline() -> list[float]:
    futures = scale.map([1, 2], by=unmapped(2.0))
    assert_type(futures, PrefectFutureList[float])
    assert_type(futures.result(), list[float])
    for future in futures:
        assert_type(future, PrefectFuture[float])
    assert_type(scale.map(numbers(), 2.0).result(), list[float])
    assert_type(scale.map([1], by=2.0, return_state=True), list[State[float]])
    scale.map(futures, by=allow_failure(futures[0])).wait()
    return futures.result()


assert_type(pipeline(), list[float])
