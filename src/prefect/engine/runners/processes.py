"""Tasks in other processes of this machine: for work that the interpreter's lock would keep from running side by side.

Each process of the pool has a thread here that hands it calls, one at a time, and settles their futures. A process that
dies takes down the one call it had; the next call starts a fresh process. Calls run in processes that know nothing of
the main script, so scripts need no `if __name__ == "__main__"`.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect.engine.config import current_config
from prefect.engine.futures import PrefectConcurrentFuture
from prefect.engine.pool import GrowingPool
from prefect.engine.runners.child import receive, send
from prefect.engine.runners.elsewhere import ElsewhereTaskRunner
from prefect.engine.runners.shipping import dumps
from prefect.exceptions import CrashedRun

_CODE = (
    "import prefect.connect; from prefect.engine.runners.child import main; import sys; main(*map(int, sys.argv[1:]))"
)
GRACE_SECONDS = 0.5
"""What a terminated process has left to put things in order."""

CLOSING_SECONDS = 60.0
"""What a process without calls has left to write the rest of its record."""


class Child:
    """A process that runs calls.

    Args:
        initialize: packed (function, arguments) that it calls first; None for nothing.
    """

    def __init__(self, initialize: bytes | None) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            self.process = _started(theirs)
        send(self._link, pickle.dumps((sys.path, sys.argv, initialize)))

    def call(self, packed: bytes) -> bytes:
        """The packed final state of a call run there. Raises CrashedRun, saying how, if the process ends instead."""
        try:
            send(self._link, packed)
            return receive(self._link)
        except (EOFError, OSError):
            raise CrashedRun(self._epitaph()) from None

    def _epitaph(self) -> str:
        code = self.process.wait()
        if code >= 0:
            return f"The process that ran this task (pid {self.process.pid}) ended with exit code {code} instead of a result."
        name = signal.Signals(-code).name if -code in signal.Signals.__members__.values() else str(-code)
        hint = " The system may have run out of memory." if name == "SIGKILL" else ""
        return f"The process that ran this task (pid {self.process.pid}) was killed by {name}.{hint}"

    def close(self) -> None:
        """Let it end by itself; it has nothing to do."""
        self._link.close()

    def terminate(self) -> None:
        """Ask it to end now."""
        self.process.terminate()

    def kill_unless_gone(self, seconds: float) -> None:
        """End it, if it does not do so itself in time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _started(link: socket.socket) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _CODE]
    share: Callable[[int], bytes] | None = getattr(link, "share", None)
    if share is None:
        number = link.fileno()
        return subprocess.Popen([*command, str(number)], stdin=subprocess.DEVNULL, pass_fds=[number])
    process = subprocess.Popen(command, stdin=subprocess.PIPE)  # Windows: sockets are not inherited but shared
    assert process.stdin is not None
    with process.stdin as pipe:
        pipe.write(share(process.pid))
    return process


class ProcessPoolTaskRunner(ElsewhereTaskRunner[PrefectConcurrentFuture[Any]]):
    """Runs tasks in processes of this machine, each of which writes its own part of the record.

    Tasks, parameters and results must be picklable; what belongs to the main script, and lambdas, are sent by value.
    Tasks that a task submits run in threads of its process.

    Args:
        max_workers: processes; PREFECT_TASKS_RUNNER_PROCESS_POOL_MAX_WORKERS or the number of processors unless given.
        subprocess_message_processor_factories: accepted for compatibility; processes write their record themselves.
        initializer: called with `initargs` first thing in every process.

    Raises ValueError if `max_workers` is less than 1.
    """

    name = "processes"

    def __init__(
        self,
        max_workers: int | None = None,
        subprocess_message_processor_factories: Iterable[Callable[..., Any]] | None = None,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        super().__init__()
        if max_workers is not None and max_workers < 1:
            raise ValueError(f"max_workers must be 1 or more, not {max_workers}.")
        self.max_workers = max_workers or current_config().process_pool_max_workers or os.cpu_count() or 1
        self._given_workers = max_workers
        self._factories = tuple(subprocess_message_processor_factories or ())
        self.initializer = initializer
        self.initargs = tuple(initargs)
        self._pool: GrowingPool | None = None
        self._idle: list[Child] = []
        self._children: set[Child] = set()
        self._cancelled = False
        self._guard = threading.Lock()

    @property
    def subprocess_message_processor_factories(self) -> tuple[Callable[..., object], ...]:
        """The factories given."""
        return self._factories

    def set_subprocess_message_processor_factories(
        self, subprocess_message_processor_factories: Iterable[Callable[..., object]] | None = None
    ) -> None:
        """Replace the factories."""
        self._factories = tuple(subprocess_message_processor_factories or ())

    def _made_with(self) -> tuple[object, ...]:
        return (self._given_workers, self._factories, self.initializer, self.initargs)

    def _new_future(self, task_run_id: UUID) -> PrefectConcurrentFuture[object]:
        return PrefectConcurrentFuture(task_run_id)

    def _connect(self) -> None:
        """Make the pool; processes come with the calls."""
        self._initialize = None if self.initializer is None else dumps((self.initializer, self.initargs))
        self._cancelled = False
        self._pool = GrowingPool(self.max_workers, "prefect-process")

    def _take(self, depart: Callable[[], None]) -> None:
        assert self._pool is not None
        self._pool.submit(depart)

    def _answer(self, future: PrefectConcurrentFuture[Any], packed: bytes) -> bytes:
        child = self._borrow()
        try:
            answer = child.call(packed)
        except BaseException:
            with self._guard:
                self._children.discard(child)
            child.close()
            raise
        self._idle.append(child)
        return answer

    def _borrow(self) -> Child:
        with suppress(IndexError):
            return self._idle.pop()
        with self._guard:
            if self._cancelled:
                raise CrashedRun("The flow run ended before this task began.")
            child = Child(self._initialize)
            self._children.add(child)
        return child

    def cancel_all(self) -> None:
        """Start nothing any more, and end every process."""
        if self._pool is not None:
            self._pool.cancel()
        with self._guard:
            self._cancelled = True
            children, self._children = list(self._children), set()
        for child in children:
            child.terminate()
        for child in children:
            child.kill_unless_gone(GRACE_SECONDS)
        super().cancel_all()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close()
        with self._guard:
            children, self._children = list(self._children), set()
            self._idle.clear()
        for child in children:
            child.close()
        for child in children:
            child.kill_unless_gone(CLOSING_SECONDS)
