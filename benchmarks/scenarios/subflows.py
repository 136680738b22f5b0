"""Calling a subflow that does nothing, one after another."""

from benchmarks.measure import COUNT, emit, now, recorded, settled_rows
from prefect import flow


@flow
def child(number: int) -> int:
    return number


@flow
def parent(count: int) -> float:
    started = now()
    for number in range(count):
        child(number)
    return started


if __name__ == "__main__":
    parent(1)
    before = settled_rows()
    started = parent(COUNT)
    seconds = recorded(started, before, {"flow_run": COUNT + 1})
    emit({"per call": seconds / COUNT * 1000})
