"""A future of a task that returns R has R as its result."""

from typing import assert_type

from prefect import State, flow, task
from prefect.futures import PrefectFuture, as_completed, wait


@task
def length(text: str) -> int:
    return len(text)


@task
def join(parts: list[int]) -> str:
    return "-".join(str(part) for part in parts)


@flow
def pipeline() -> str:
    future = length.submit("four")
    assert_type(future, PrefectFuture[int])
    assert_type(future.result(), int)
    assert_type(future.wait(timeout=1), None)
    state = length.submit("four", return_state=True)
    assert_type(state, State[int])

    # A future may stand wherever a value may.
    text = join.submit([future, future], wait_for=[future])
    assert_type(text.result(), str)
    done = wait([future])
    assert_type(done.done, set[PrefectFuture[int]])
    for finished in as_completed([future]):
        assert_type(finished.result(), int)
    return text.result()


assert_type(pipeline(), str)
