"""Decisions that wait to be made, and how those who asked for them learn what came of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from prefect.exceptions import DatabaseFull, StorageError
from prefect.storage.transaction import Transaction

Decision = Callable[[Transaction], Any]
Done = Callable[[Any, BaseException | None], None]
"""Is told the result of a decision, or the error it ended in."""

Call = Callable[[], None]
Deliver = Callable[[Sequence[Call]], None]
"""Makes the calls that one commit has become due."""

PATIENCE = 10.0
"""Seconds for which whoever waits is not told of a full disk or a failing one: it may pass."""

logger = logging.getLogger("prefect.storage")


class Request:
    """A decision to be made inside a transaction, or None to learn only of the commit.

    Args:
        done: called once it is settled; nobody waits if None.
        kept: stays queued when the database refuses, since nobody would ask again.
    """

    __slots__ = ("decision", "done", "error", "kept", "result", "settled", "since")

    def __init__(self, decision: Decision | None, done: Done | threading.Event | None, kept: bool = False) -> None:
        self.decision = decision
        self.done = done
        self.kept = kept
        self.since = time.monotonic()
        self.settled = False
        self.result: Any = None
        self.error: BaseException | None = None

    def may_wait(self, refusal: StorageError) -> bool:
        """Whether it waits on although the database refused: the trouble is of a kind that may pass by itself."""
        if self.kept:
            return True
        return type(refusal) in (StorageError, DatabaseFull) and time.monotonic() - self.since < PATIENCE

    def outcome(self) -> Any:
        """The result. Raises the error."""
        if self.error is not None:
            raise self.error
        return self.result


def settle(requests: Iterable[Request], deliver: Deliver, error: BaseException | None = None) -> None:
    """Have those go on who wait for these requests: threads at once, callbacks together."""
    calls: list[Call] = []
    for request in requests:
        if request.settled:
            continue
        request.settled = True
        request.error = request.error or error
        if isinstance(request.done, threading.Event):
            request.done.set()
        elif request.done is not None:
            calls.append(partial(request.done, request.result, request.error))
    if calls:
        deliver(calls)


def call_all(calls: Sequence[Call]) -> None:
    """Make the calls here and now; one that fails is logged."""
    for call in calls:
        try:
            call()
        except Exception:
            logger.exception("What follows a commit failed.")
