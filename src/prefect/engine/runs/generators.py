"""Tasks and flows that yield: the run lasts until the generator is exhausted or dropped.

The run's steps are driven up to the call of the function, stand still while items are handed out, and go on with the
generator's last word: to the end, or to another call where the run is retried. All of it happens in a context of its
own, so that the code which consumes the items does not find itself inside the run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from contextvars import Context, copy_context
from typing import Any

from prefect.core.lifecycle.outcome import value_of
from prefect.engine.steps import Call, Step, Steps

Execution = Any


class Ended(Exception):
    """The run has come to its final state."""

    def __init__(self, state: Any) -> None:
        self.state = state


def iterate(execution: Execution) -> Generator[Any, None, Any]:
    """Hand out a generator's items while its run goes on; returns what it returned. Raises what ended the run."""
    context, steps = copy_context(), execution.steps()
    step = context.run(_send, steps, None)
    while True:
        try:
            call = context.run(_up_to_call, steps, step)
            items = context.run(call.call)
            try:
                returned = yield from _items(context, items)
            except GeneratorExit:
                context.run(items.close)
                context.run(_to_end, steps)
                raise
            except BaseException as error:
                step = context.run(_throw, steps, error)
            else:
                step = context.run(_send, steps, returned)
        except Ended as ended:
            return value_of(ended.state, raise_on_failure=True)


def _items(context: Context, items: Iterator[Any]) -> Generator[Any, None, Any]:
    """What a generator yields, asked for within the run's context; returns what it returns."""
    while True:
        try:
            item = context.run(next, items)
        except StopIteration as finished:
            return finished.value
        yield item


def _send(steps: Steps[object], value: object) -> Step:
    try:
        return steps.send(value)
    except StopIteration as finished:
        raise Ended(finished.value) from None


def _throw(steps: Steps[object], error: BaseException) -> Step:
    try:
        return steps.throw(error)
    except StopIteration as finished:
        raise Ended(finished.value) from None


def _up_to_call(steps: Steps[object], step: Step) -> Call:
    """Perform steps until the user's function is to be called."""
    while not isinstance(step, Call):
        try:
            value = step.perform()
        except BaseException as error:
            step = _throw(steps, error)
        else:
            step = _send(steps, value)
    return step


def _to_end(steps: Steps[object]) -> None:
    """Let the run of a generator that nobody asks any more end as completed."""
    try:
        _up_to_call(steps, _send(steps, None))
    except Ended:
        return


async def iterate_async(execution: Execution) -> AsyncIterator[Any]:
    """Hand out an async generator's items while its run goes on. Raises what ended the run."""
    import asyncio

    context, steps = copy_context(), execution.steps()
    loop = asyncio.get_running_loop()
    step = context.run(_send, steps, None)
    while True:
        try:
            call = await asyncio.to_thread(context.run, _up_to_call, steps, step)
            items = context.run(call.call)
            try:
                async for item in _async_items(loop, context, items):
                    yield item
            except GeneratorExit:
                await loop.create_task(items.aclose(), context=context)
                context.run(_to_end, steps)
                raise
            except BaseException as error:
                step = context.run(_throw, steps, error)
            else:
                step = context.run(_send, steps, None)
        except Ended as ended:
            value_of(ended.state, raise_on_failure=True)
            return


async def _async_items(loop: Any, context: Context, items: AsyncIterator[Any]) -> AsyncIterator[Any]:
    while True:
        try:
            yield await loop.create_task(_anext(items), context=context)
        except _Exhausted:
            return


class _Exhausted(Exception):
    """An async generator has nothing more."""


async def _anext(items: AsyncIterator[object]) -> object:
    try:
        return await anext(items)
    except StopAsyncIteration:
        raise _Exhausted from None
