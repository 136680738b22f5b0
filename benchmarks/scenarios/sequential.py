"""A task that does nothing, called one after another."""

from benchmarks.measure import COUNT, WARM_UP, Span, emit, now, recorded, settled_rows
from prefect import flow, task


@task
def nothing(number: int) -> int:
    return number


@flow
def many(count: int) -> Span:
    started = now()
    for number in range(count):
        nothing(number)
    return started, now()


if __name__ == "__main__":
    many(WARM_UP)
    before = settled_rows()
    span = many(COUNT)
    seconds = recorded(span, before, {"flow_run": 1, "task_run": COUNT, "task_run_state": 3 * COUNT})
    emit({"per task": seconds / COUNT * 1000})
