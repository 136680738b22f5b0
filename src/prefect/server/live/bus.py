"""The bus of one process: whoever changes the record says so, and whoever watches is told.

It carries hints, not data: a topic and an id. What is lost costs a watcher a moment, never a record, so that nothing
waits here and queues are bounded; a watcher that cannot keep up is told to look for itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID


class Change(NamedTuple):
    """Something changed."""

    topic: str
    """`flow_run`, `task_run`, `log`, `event`, ..."""

    key: str
    """What of it: usually an id."""


def as_uuid(key: str) -> UUID | None:
    """The id that a key on the bus is; None if it is something else."""
    try:
        return UUID(hex=key)
    except ValueError:
        return None


class Watcher:
    """One who wants to know of changes; belongs to the event loop it was made in."""

    def __init__(self, topics: Iterable[str], capacity: int = 1000, relays: bool = False) -> None:
        self.topics = frozenset(topics)
        self.capacity = capacity
        self.relays = relays
        """Whether it carries changes to other replicas: then it is told of this one's alone, of whatever topic."""

        self.missed = False
        """Whether changes were dropped because they came too fast."""

        self._loop = asyncio.get_running_loop()
        self._changes: dict[Change, None] = {}
        self._there = asyncio.Event()

    async def next(self, seconds: float | None = None) -> list[Change]:
        """What changed since the last call, each thing once; empty when so many seconds pass without a change."""
        try:
            async with asyncio.timeout(seconds):
                await self._there.wait()
        except TimeoutError:
            return []
        self._there.clear()
        found, self._changes = list(self._changes), {}
        return found

    def tell(self, changes: Iterable[Change]) -> None:
        """From any thread: note changes."""
        wanted = [change for change in changes if self.relays or change.topic in self.topics]
        if wanted and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, wanted)

    def _note(self, changes: list[Change]) -> None:
        for change in changes:
            if len(self._changes) >= self.capacity:
                self.missed = True
                break
            self._changes[change] = None
        self._there.set()


class Bus:
    """Hands changes on to every watcher."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._lock = threading.Lock()

    def tell(self, changes: Iterable[Change], foreign: bool = False) -> None:
        """From any thread: these things changed; `foreign` if another replica says so."""
        listed = list(changes)
        with self._lock:
            watchers = list(self._watchers)
        for watcher in watchers:
            if not (foreign and watcher.relays):
                watcher.tell(listed)

    def watch(self, *topics: str, capacity: int = 1000, relays: bool = False) -> Watcher:
        """A new watcher of these topics, until `leave`."""
        watcher = Watcher(topics, capacity, relays)
        with self._lock:
            self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Forget a watcher."""
        with self._lock:
            self._watchers.discard(watcher)

    @property
    def watchers(self) -> int:
        """How many watch."""
        return len(self._watchers)

    @property
    def watched(self) -> bool:
        """Whether anybody watches at all."""
        return bool(self._watchers)

    @property
    def watched_here(self) -> bool:
        """Whether anybody watches but those who carry changes to other replicas."""
        return any(not watcher.relays for watcher in self._watchers)
