"""Calling a task or a flow returns what the function returns."""

from typing import assert_type

from prefect import State, flow, task


@task
def double(number: int) -> int:
    return 2 * number


@task(name="named", retries=3, retry_delay_seconds=[1, 2, 3], tags=["a"])
def describe(number: int, *, unit: str = "rows") -> str:
    return f"{number} {unit}"


@task
def nothing() -> None: ...


@flow
def total(numbers: list[int]) -> int:
    return sum(double(number) for number in numbers)


@flow(name="report", log_prints=True, timeout_seconds=10)
def report(title: str = "today") -> dict[str, int]:
    return {title: total([1, 2])}


assert_type(double(1), int)
assert_type(describe(1, unit="rows"), str)
assert_type(total([1]), int)
assert_type(report(), dict[str, int])
state = double(1, return_state=True)
assert_type(state, State[int])
assert_type(state.result(), int)
assert_type(total([1], return_state=True), State[int])
assert_type(double.fn(1), int)
assert_type(double.with_options(retries=2)(1), int)
assert_type(report.with_options(name="other")(), dict[str, int])
nothing()
