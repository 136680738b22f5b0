"""Loading a script for the flows it defines, without running the flows it calls.

A script that ends in `my_flow()` would start a run whenever it is imported. While calls are off, such a call does nothing
and is noted, so that the loader can tell a script broken by its missing result from one that is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_skipped: ContextVar[list[object] | None] = ContextVar("prefect_skipped_calls", default=None)


@contextmanager
def calls_off() -> Iterator[list[object]]:
    """Have calls of flows do nothing; yields the list of those skipped."""
    skipped: list[object] = []
    token = _skipped.set(skipped)
    try:
        yield skipped
    finally:
        _skipped.reset(token)


def calls_are_off() -> bool:
    """Whether a script is being loaded."""
    return _skipped.get() is not None


def note_skipped_call(flow: object) -> None:
    """Remember that a script called a flow while being loaded."""
    skipped = _skipped.get()
    if skipped is not None:
        skipped.append(flow)
