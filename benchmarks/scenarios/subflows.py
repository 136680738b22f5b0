"""Calling a subflow that does nothing, one after another."""

from benchmarks.measure import COUNT, Span, emit, now, recorded, settled_rows
from prefect import flow


@flow
def child(number: int) -> int:
    return number


@flow
def parent(count: int) -> Span:
    started = now()
    for number in range(count):
        child(number)
    return started, now()


if __name__ == "__main__":
    parent(1)
    before = settled_rows()
    span = parent(COUNT)
    seconds = recorded(span, before, {"flow_run": COUNT + 1})
    emit({"per call": seconds / COUNT * 1000})
