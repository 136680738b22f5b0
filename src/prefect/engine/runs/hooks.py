"""State hooks: the user's functions called when a run enters a state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from prefect.core.lifecycle.runs import Run
from prefect.engine.calls.shapes import AnyState
from prefect.engine.steps import Step, Steps, is_awaitable
from prefect.utilities.asyncutils import wait_if_awaitable

Log = Callable[..., None]


class HookCall(Step):
    """Call a hook, to its end even if it is async and the driver is not."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call

    def perform(self) -> None:
        wait_if_awaitable(self.call())

    async def aperform(self) -> None:
        finished = self.call()
        if is_awaitable(finished):
            await finished


def run_hooks(
    hooks: Sequence[Callable[..., object]], subject: object, run: Run, state: AnyState, log: Log
) -> Steps[None]:
    """Call hooks with (flow or task, run, state) in order; one that fails is logged and the next is called."""
    for hook in hooks:
        name = getattr(hook, "__name__", None) or repr(hook)
        log(logging.INFO, f"Running hook {name!r} in response to entering state {state.name!r}")
        try:
            yield HookCall(partial(hook, subject, run, state))
        except Exception as error:
            log(logging.ERROR, f"An error was encountered while running hook {name!r}", error)
        else:
            log(logging.INFO, f"Hook {name!r} finished running successfully")
