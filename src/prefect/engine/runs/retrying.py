"""Whether and when a failed task run is tried again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from prefect.core.lifecycle.states import State
from prefect.engine.calls.shapes import AnyState
from prefect.engine.steps import Step
from prefect.utilities.asyncutils import wait_if_awaitable


def retry_delay(delays: float | Sequence[float], tries: int, jitter: float | None, random: float) -> float:
    """Seconds to wait after the try number `tries` (counted from 1).

    Args:
        delays: one for all tries, or one for each, the last of which also serves those after it.
        jitter: the delay grows by up to this factor of itself.
        random: a number from [0, 1).
    """
    delay = delays if isinstance(delays, (int, float)) else delays[min(tries, len(delays)) - 1] if delays else 0
    return delay * (1 + jitter * random) if jitter else delay


class Condition(Step):
    """Ask the user's retry condition."""

    __slots__ = ("ask",)

    def __init__(self, ask: Callable[[], bool | Awaitable[bool]]) -> None:
        self.ask = ask

    def perform(self) -> bool:
        return bool(wait_if_awaitable(self.ask()))

    async def aperform(self) -> bool:
        answer = self.ask()
        return bool(await answer if isinstance(answer, Awaitable) else answer)


def failure_text(failure: BaseException | AnyState) -> str:
    """How a failed try is told in the log."""
    return (
        f"Task run failed with state: {failure!r}"
        if isinstance(failure, State)
        else f"Task run failed with exception: {failure!r}"
    )
