"""The two drivers: the only code of the engine that exists in two colours."""

from __future__ import annotations

from typing import TypeVar

from prefect.engine.steps import Steps

T = TypeVar("T")


def drive(steps: Steps[T]) -> T:
    """Perform steps one after another, blocking, and return what the generator returns."""
    send, throw = steps.send, steps.throw
    try:
        step = send(None)
        while True:
            try:
                value = step.perform()
            except BaseException as error:
                step = throw(error)
            else:
                step = send(value)
    except StopIteration as finished:
        result: T = finished.value
        return result


async def adrive(steps: Steps[T]) -> T:
    """Perform steps one after another in the event loop, and return what the generator returns."""
    send, throw = steps.send, steps.throw
    try:
        step = send(None)
        while True:
            try:
                value = await step.aperform()
            except BaseException as error:
                step = throw(error)
            else:
                step = send(value)
    except StopIteration as finished:
        result: T = finished.value
        return result
