"""Streaming maps: bounded, in order, backpressured, and honest about what is gone."""

from __future__ import annotations

import asyncio
import gc
import logging
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from prefect import flow, task
from prefect.engine.futures import PrefectFutureList, as_completed
from prefect.engine.streams import PrefectFutureStream
from prefect.exceptions import MappingLengthMismatch, MissingResult

WINDOW = 64


@task
def double(x: int) -> int:
    return 2 * x


@task
def size(chunk: bytes) -> int:
    return len(chunk)


@task
def extract(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(1000)


def run(body: Any) -> Any:
    """Call `body` as a flow."""
    return flow(body, name="streaming")()


def test_an_iterator_is_pulled_no_further_than_the_window() -> None:
    pulled: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            pulled.append(number)
            yield number

    def body() -> tuple[int, int]:
        stream = double.map(items())
        assert isinstance(stream, PrefectFutureStream)
        at_first = len(pulled)
        futures = iter(stream)
        next(futures).result()
        return at_first, len(pulled)

    at_first, after_one = run(body)
    assert at_first <= WINDOW
    assert after_one <= WINDOW + 1
    assert len(pulled) < 1000, "what the consumer leaves is not submitted"


def test_lists_and_ranges_are_submitted_at_once() -> None:
    def body() -> tuple[type, list[int]]:
        futures = double.map(range(3))
        return type(futures), double.map([1, 2]).result()

    assert run(body) == (PrefectFutureList, [2, 4])


def test_results_come_in_order_through_two_stages() -> None:
    assert run(lambda: double.map(double.map(iter(range(300)))).result()) == [4 * x for x in range(300)]


def test_what_nobody_consumes_is_drained_when_the_flow_ends() -> None:
    done: list[int] = []
    note = task(done.append)

    def body() -> None:
        note.map(iter(range(200)))

    run(body)
    assert sorted(done) == list(range(200))


def test_a_short_stream_may_be_gone_through_twice_and_has_a_length() -> None:
    def body() -> Any:
        stream = double.map(iter(range(5)))
        stream.wait()
        return stream.result(), [future.result() for future in stream], len(stream), stream[1].result()

    assert run(body) == ([0, 2, 4, 6, 8], [0, 2, 4, 6, 8], 5, 2)


def test_a_long_stream_says_that_its_first_futures_are_gone() -> None:
    def body() -> None:
        stream = double.map(iter(range(3 * WINDOW)))
        stream.wait()
        stream.result()

    with pytest.raises(MissingResult, match="list"):
        run(body)


def test_a_list_of_a_stream_keeps_everything() -> None:
    assert run(lambda: len([future.result() for future in list(double.map(iter(range(300))))])) == 300


def test_as_completed_takes_a_stream() -> None:
    assert run(lambda: sum(future.result() for future in as_completed(double.map(iter(range(200)))))) == 39_800


def test_two_consumers_share_a_stream() -> None:
    def body() -> tuple[list[int], list[int]]:
        stream = double.map(iter(range(200)))
        first, second = double.map(stream), double.map(stream)
        return first.result(), second.result()

    assert run(body) == ([4 * x for x in range(200)],) * 2


def test_an_error_of_the_producer_surfaces_where_it_is_consumed() -> None:
    def bad() -> Iterator[int]:
        yield 1
        raise ValueError("the source broke")

    with pytest.raises(ValueError, match="the source broke"):
        run(lambda: double.map(bad()).result())


def test_an_error_of_the_producer_fails_a_flow_that_does_not_consume() -> None:
    def bad() -> Iterator[int]:
        yield 1
        raise ValueError("the source broke")

    def body() -> str:
        double.map(bad())
        return "never mind"

    state = flow(body, name="streaming")(return_state=True)
    assert state.is_failed()
    assert "the source broke" in (state.message or "")


def test_columns_of_different_lengths_are_an_error() -> None:
    add = task(lambda x, y: x + y, name="add")
    with pytest.raises(MappingLengthMismatch):
        run(lambda: add.map(iter([1, 2, 3]), [1, 2]).result())


def test_a_generator_task_feeds_a_map_and_is_closed_when_the_consumer_leaves() -> None:
    closed: list[bool] = []

    @task
    def chunks() -> Iterator[int]:
        try:
            yield from range(10_000)
        finally:
            closed.append(True)

    def body() -> None:
        for future in double.map(chunks()):
            future.result()
            break

    run(body)
    gc.collect()
    assert closed == [True]


def test_an_async_iterator_in_an_async_flow() -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(100):
            await asyncio.sleep(0)
            yield number

    @flow
    async def streaming() -> list[int]:
        return [await future async for future in double.map(numbers())]

    assert asyncio.run(streaming()) == [2 * x for x in range(100)]


def test_an_async_iterator_in_a_sync_flow() -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(100):
            yield number

    assert run(lambda: double.map(numbers()).result()) == [2 * x for x in range(100)]


def test_an_async_iterator_nobody_consumes_is_drained_when_its_flow_ends() -> None:
    done: list[int] = []
    note = task(done.append)

    async def numbers() -> AsyncIterator[int]:
        for number in range(100):
            yield number

    @flow
    async def streaming() -> None:
        note.map(numbers())

    asyncio.run(streaming())
    assert sorted(done) == list(range(100))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("prefect")
    ours = [handler for handler in logger.handlers if not type(handler).__module__.startswith("_pytest")]
    monkeypatch.setattr(logger, "handlers", ours)  # pytest would keep every line

    def peak(count: int) -> int:
        def body() -> int:
            return sum(future.result() for future in size.map(extract(count)))

        tracemalloc.start()
        run(body)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # What waits to be written grows until the record pushes back, within the first thousands, however fast the disk is.
    few, many = peak(5_000), peak(25_000)
    assert many - few < 20_000 * 150, f"{few} bytes for 5,000 chunks of 1,000 bytes, {many} for 25,000"
