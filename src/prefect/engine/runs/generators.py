"""Tasks and flows that yield: the run lasts until the generator is exhausted or dropped.

The run's steps are driven up to the call of the function, stand still while items are handed out, and go on to the end
with the generator's last word. All of it happens in a context of its own, so that the code which consumes the items does
not find itself inside the run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextvars import Context, copy_context
from typing import Any

from prefect.engine.steps import Call, Steps

Execution = Any
_END = object()


def iterate(execution: Execution) -> Iterator[Any]:
    """Hand out a generator's items while its run goes on. Raises what ended the run."""
    context, steps = copy_context(), execution.steps()
    step = context.run(steps.send, None)
    while isinstance(step, Call) is False:
        step = _advance(context, steps, step)
    items = context.run(step.call)
    try:
        while (item := context.run(_next, items)) is not _END:
            yield item
    except GeneratorExit:
        context.run(items.close)
        context.run(_finish, steps, None, None)
        raise
    except BaseException as error:
        context.run(_finish, steps, None, error).result()
    else:
        context.run(_finish, steps, None, None).result()


def _next(items: Iterator[Any]) -> Any:
    return next(items, _END)


def _advance(context: Context, steps: Steps[Any], step: Any) -> Any:
    try:
        value = context.run(step.perform)
    except BaseException as error:
        return context.run(steps.throw, error)
    return context.run(steps.send, value)


def _finish(steps: Steps[Any], value: Any, error: BaseException | None) -> Any:
    """Drive the rest of a run, after its call returned or raised, to its final state."""
    try:
        step = steps.send(value) if error is None else steps.throw(error)
        while True:
            try:
                value = step.perform()
            except BaseException as raised:
                step = steps.throw(raised)
            else:
                step = steps.send(value)
    except StopIteration as finished:
        return finished.value


async def iterate_async(execution: Execution) -> AsyncIterator[Any]:
    """Hand out an async generator's items while its run goes on. Raises what ended the run."""
    import asyncio

    context, steps = copy_context(), execution.steps()
    step = context.run(steps.send, None)
    while isinstance(step, Call) is False:
        step = _advance(context, steps, step)
    items = context.run(step.call)
    loop = asyncio.get_running_loop()
    try:
        while (item := await loop.create_task(_anext(items), context=context)) is not _END:
            yield item
    except GeneratorExit:
        context.run(_finish, steps, None, None)
        raise
    except BaseException as error:
        (await asyncio.to_thread(context.run, _finish, steps, None, error)).result()
    else:
        (await asyncio.to_thread(context.run, _finish, steps, None, None)).result()


async def _anext(items: AsyncIterator[Any]) -> Any:
    return await anext(items, _END)
