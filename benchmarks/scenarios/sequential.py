"""A task that does nothing, called one after another."""

from benchmarks.measure import COUNT, WARM_UP, emit, now, recorded, settled_rows
from prefect import flow, task


@task
def nothing(number: int) -> int:
    return number


@flow
def many(count: int) -> float:
    started = now()
    for number in range(count):
        nothing(number)
    return started


if __name__ == "__main__":
    many(WARM_UP)
    before = settled_rows()
    started = many(COUNT)
    seconds = recorded(started, before, {"flow_run": 1, "task_run": COUNT, "task_run_state": 3 * COUNT})
    emit({"per task": seconds / COUNT * 1000})
