"""Handing bytes of growing size from one task to the next, with and without persistence."""

from collections.abc import Callable

from benchmarks.measure import COUNT, Span, emit, now, recorded, settled_rows
from prefect import flow, task

SIZES = {"1 KB": 1_000, "100 KB": 100_000, "1 MB": 1_000_000, "10 MB": 10_000_000}


def _pair(persist: bool) -> tuple[Callable[[int, int], bytes], Callable[[bytes], int]]:
    @task(persist_result=persist, name="produce")
    def produce(size: int, salt: int) -> bytes:
        return salt.to_bytes(8, "big") * (size // 8)

    @task(persist_result=False, name="consume")
    def consume(data: bytes) -> int:
        return len(data)

    return produce, consume


def _handing_over(persist: bool) -> Callable[[int, int], Span]:
    produce, consume = _pair(persist)

    @flow(name="hand over")
    def hand_over(size: int, pairs: int) -> Span:
        started = now()
        for salt in range(pairs):
            if consume(produce(size, salt)) != size:
                raise AssertionError("a result has changed its size")
        return started, now()

    return hand_over


if __name__ == "__main__":
    figures = {}
    for persist in (False, True):
        hand_over = _handing_over(persist)
        hand_over(1_000, 1)
        for label, size in SIZES.items():
            before = settled_rows()
            span = hand_over(size, COUNT)
            seconds = recorded(span, before, {"flow_run": 1, "task_run": 2 * COUNT})
            figures[f"{label}, {'persisted' if persist else 'in memory'}"] = seconds / COUNT * 1000
    emit(figures)
