"""Locks on keys, so that of several runs that would compute one result only one does.

A lock belongs to a holder, a text that tells who; the holder may take it again, and only the holder may
release it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from prefect.engine.results.surroundings import surroundings

Waiting = Coroutine[Any, Any, bool]
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.05


@runtime_checkable
class LockManager(Protocol):
    """What guards keys: in this process, on this machine, or further."""

    def acquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Lock a key; False if another still holds it after `acquire_timeout` seconds.

        Args:
            acquire_timeout: how long to wait; for ever unless given.
            hold_timeout: seconds after which the lock is free again by itself; never unless given.
        """
        ...

    def aacquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> Waiting:
        """As `acquire_lock`, to be awaited."""
        ...

    def release_lock(self, key: str, holder: str) -> None:
        """Unlock a key. Raises ValueError if the holder does not hold it."""
        ...

    def is_locked(self, key: str) -> bool:
        """Whether anybody holds a key."""
        ...

    def is_lock_holder(self, key: str, holder: str) -> bool:
        """Whether a holder holds a key."""
        ...

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until a key is free; False if it is not after `timeout` seconds."""
        ...

    def await_for_lock(self, key: str, timeout: float | None = None) -> Waiting:
        """As `wait_for_lock`, to be awaited."""
        ...


class MemoryLockManager:
    """Locks between the threads and coroutines of this process. There is only one; making another gives the same."""

    _only: ClassVar[MemoryLockManager | None] = None
    _making: ClassVar[threading.Lock] = threading.Lock()
    _changed: threading.Condition
    _held: dict[str, tuple[str, float | None]]

    def __new__(cls) -> Self:
        with cls._making:
            if not isinstance(cls._only, cls):
                cls._only = super().__new__(cls)
                cls._only._changed = threading.Condition()
                cls._only._held = {}
            return cls._only

    def _holder(self, key: str) -> str | None:
        """Who holds a key now; to be called with the condition held."""
        holder, until = self._held.get(key, (None, None))
        if until is not None and until <= surroundings.clock().monotonic():
            del self._held[key]
            return None
        return holder

    def _wait_while_held(self, key: str, by_others_than: str | None, timeout: float | None) -> bool:
        """Wait until nobody, or only one holder, holds a key; to be called with the condition held."""
        clock = surroundings.clock()
        deadline = None if timeout is None else clock.monotonic() + timeout
        while self._holder(key) not in (None, by_others_than):
            ends = [end for end in (deadline, self._held[key][1]) if end is not None]
            left = min(ends) - clock.monotonic() if ends else None
            if deadline is not None and deadline <= clock.monotonic():
                return False
            self._changed.wait(left)
        return True

    def acquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Lock a key; False if another still holds it after `acquire_timeout` seconds."""
        with self._changed:
            if not self._wait_while_held(key, holder, acquire_timeout):
                return False
            until = None if hold_timeout is None else surroundings.clock().monotonic() + hold_timeout
            self._held[key] = holder, until
            return True

    def release_lock(self, key: str, holder: str) -> None:
        """Unlock a key. Raises ValueError if the holder does not hold it."""
        with self._changed:
            if self._holder(key) != holder:
                raise ValueError(f"No lock held by {holder} for transaction with key {key}")
            del self._held[key]
            self._changed.notify_all()

    def is_locked(self, key: str) -> bool:
        """Whether anybody holds a key."""
        with self._changed:
            return self._holder(key) is not None

    def is_lock_holder(self, key: str, holder: str) -> bool:
        """Whether a holder holds a key."""
        with self._changed:
            return self._holder(key) == holder

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until a key is free; False if it is not after `timeout` seconds."""
        with self._changed:
            return self._wait_while_held(key, None, timeout)

    def aacquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> Waiting:
        """As `acquire_lock`, to be awaited."""
        return atry_until(lambda: self.acquire_lock(key, holder, 0, hold_timeout), acquire_timeout)

    def await_for_lock(self, key: str, timeout: float | None = None) -> Waiting:
        """As `wait_for_lock`, to be awaited."""
        return atry_until(lambda: not self.is_locked(key), timeout)

    def __reduce__(self) -> tuple[type[MemoryLockManager], tuple[()]]:
        return MemoryLockManager, ()


def _pauses(timeout: float | None) -> Iterator[float]:
    """Seconds to pause between tries, growing, until the time is up."""
    clock = surroundings.clock()
    deadline = None if timeout is None else clock.monotonic() + timeout
    pause = SHORTEST_PAUSE
    while deadline is None or clock.monotonic() < deadline:
        yield pause if deadline is None else max(0.0, min(pause, deadline - clock.monotonic()))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def try_until(attempt: Callable[[], bool], seconds: float | None) -> bool:
    """Try until it succeeds; False if it has not within some seconds. Tries at least once."""
    if attempt():
        return True
    for pause in _pauses(seconds):
        time.sleep(pause)
        if attempt():
            return True
    return False


async def atry_until(attempt: Callable[[], bool], seconds: float | None) -> bool:
    """As `try_until`, pausing in the event loop: threads are few, and one of them may have to release the lock."""
    import asyncio

    if attempt():
        return True
    for pause in _pauses(seconds):
        await asyncio.sleep(pause)
        if attempt():
            return True
    return False
