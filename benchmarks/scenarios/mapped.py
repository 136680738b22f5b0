"""`map` of a task that does nothing, and the memory it takes."""

from benchmarks.measure import (
    COUNT,
    WARM_UP,
    Span,
    emit,
    memory_bytes,
    now,
    peak_memory_bytes,
    recorded,
    settled_rows,
)
from prefect import flow, task


@task
def nothing(number: int) -> int:
    return number


@flow
def many(count: int) -> Span:
    started = now()
    results = nothing.map(range(count)).result()
    if results != list(range(count)):
        raise AssertionError("the results are not those of the tasks")
    return started, now()


if __name__ == "__main__":
    many(WARM_UP)
    before, baseline = settled_rows(), memory_bytes()
    span = many(COUNT)
    seconds = recorded(span, before, {"flow_run": 1, "task_run": COUNT, "task_run_state": 3 * COUNT})
    emit({
        "throughput": COUNT / seconds,
        "throughput, flow": COUNT / (span[1] - span[0]),
        "recorded after": seconds - (span[1] - span[0]),
        "memory": (peak_memory_bytes() - baseline) / 1e6,
    })  # fmt: skip
