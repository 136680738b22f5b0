"""Decisions made in parallel: a few threads, each with a connection of its own.

Two decisions about the same rows wait for each other by row locks (`tx.locking`). One that collides with another (a
deadlock, a row made meanwhile) is begun anew on the facts as they then are; one whose connection is lost before its
commit likewise. While the database is away, decisions wait for as long as `requests.PATIENCE`.
"""

from __future__ import annotations

import os
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence

from prefect.core.journal import Draft, Row
from prefect.exceptions import StorageError
from prefect.storage.journal import FIRST_PAUSE, LONGEST_PAUSE, decide_within
from prefect.storage.postgres.database import Database
from prefect.storage.postgres.errors import UNIQUE_VIOLATION, code_of, is_collision, is_refusal, is_unfit, translate
from prefect.storage.postgres.writer import CommitUnknown, PostgresWriter
from prefect.storage.requests import Deliver, Request, call_all, settle
from prefect.storage.upserts import gatherer, write_rows

LARGEST_GROUP = 16
"""Decisions that share a commit, where many wait."""

MOST_COLLISIONS = 20
"""How often a decision is begun anew before it is given up as fought over."""

MOST_OVERTAKEN = 3
"""How often after a row of that key was made by somebody else: a decision that looks first finds it then."""


class Decisions:
    """The queue of one process and the threads that empty it.

    Args:
        threads: most connections in use.
    """

    def __init__(self, database: Database, process: str, threads: int) -> None:
        self._database, self._process, self._most = database, process, threads
        self.deliver: Deliver = call_all
        """Makes the callbacks that one commit has become due."""
        self.trouble: StorageError | None = None
        """Why the database takes nothing at the moment."""

        self._queue: deque[Request] = deque()
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._closing = False
        _pools.add(self)

    def submit(self, request: Request) -> None:
        """Queue a decision."""
        with self._changed:
            self._queue.append(request)
            self._changed.notify()
            if self._idle < len(self._queue) and len(self._threads) < self._most:
                thread = threading.Thread(target=self._run, name="prefect-decisions", daemon=True)
                self._threads.add(thread)
                thread.start()

    @property
    def backlog(self) -> int:
        """Decisions that no thread has taken yet."""
        return len(self._queue)

    def close(self, timeout: float) -> None:
        """Make what is queued, then end the threads; a later decision begins anew."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            threads = list(self._threads)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        self._closing = False

    def forget(self) -> None:
        """In a forked child: what is queued, and the threads that decide, are the parent's."""
        deliver = self.deliver
        self.__dict__.update(Decisions(self._database, self._process, self._most).__dict__)
        self.deliver = deliver

    # --- the deciding threads

    def _run(self) -> None:
        writer = PostgresWriter(self._database)
        try:
            while group := self._take():
                if len(group) == 1 or not self._decide_together(writer, group):
                    for request in group:
                        self._decide(writer, request)
        finally:
            writer.close()
            with self._changed:
                self._threads.discard(threading.current_thread())

    def _take(self) -> Sequence[Request]:
        """The next decisions: several only where more wait than there are threads. None when it is over."""
        with self._changed:
            while not self._queue:
                if self._closing:
                    return ()
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            fair = min(-(-len(self._queue) // self._most), LARGEST_GROUP)
            return [self._queue.popleft() for _ in range(fair)]

    def _decide_together(self, writer: PostgresWriter, group: Sequence[Request]) -> bool:
        """Make decisions in one transaction; False, and nothing done, if the database had any trouble with that.

        It waits for no row that others have: holding rows of some decisions while waiting for those of others is how
        transactions end up waiting in a circle.
        """
        try:
            writer.begin()
            for request in group:
                rows: dict[str, list[Row | Draft]] = {}
                decide_within(writer, writer.transaction(gatherer(rows), self._process, patient=False), request)
                if request.error is None:
                    write_rows(writer.upsert, rows)
                elif is_overtaken(request.error):
                    raise request.error
            writer.commit()
        except CommitUnknown as error:
            settle(group, self.deliver, error)
            return True
        except Exception:
            writer.rollback()
            return False
        self.trouble = None
        settle(group, self.deliver)
        return True

    def _decide(self, writer: PostgresWriter, request: Request) -> None:
        """Make one decision, whatever happens to it."""
        collisions, overtaken, pause = 0, 0, FIRST_PAUSE
        while True:
            request.error = None
            try:
                self._attempt(writer, request)
                self.trouble = None
            except BaseException as error:
                writer.rollback()
                if is_overtaken(error) and overtaken < MOST_OVERTAKEN:
                    overtaken += 1
                    continue
                if is_collision(error) and collisions < MOST_COLLISIONS:
                    collisions += 1
                    time.sleep(random.random() * FIRST_PAUSE * min(collisions, 5))
                    continue
                request.error = self._final(writer, request, error)
                if request.error is None:
                    time.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                    continue
            settle((request,), self.deliver)
            return

    def _attempt(self, writer: PostgresWriter, request: Request) -> None:
        assert request.decision is not None
        rows: dict[str, list[Row | Draft]] = {}
        writer.begin()
        request.result = request.decision(writer.transaction(gatherer(rows), self._process))
        write_rows(writer.upsert, rows)
        writer.commit()

    def _final(self, writer: PostgresWriter, request: Request, error: BaseException) -> BaseException | None:
        """The error that whoever asked is told; None if the decision is to be tried again when the database is back."""
        if isinstance(error, CommitUnknown) or not isinstance(error, Exception):
            return error
        if is_unfit(error):
            return translate(error, self._database.place)
        if not (is_refusal(error) or _is_of_connecting(error)):
            return error
        writer.close()
        refusal = error if isinstance(error, StorageError) else translate(error, self._database.place)
        self.trouble = refusal
        return None if request.may_wait(refusal) and not self._closing else refusal


def is_overtaken(error: BaseException) -> bool:
    """Whether somebody else made a row of that key meanwhile."""
    return code_of(error) == UNIQUE_VIOLATION


def _is_of_connecting(error: BaseException) -> bool:
    return isinstance(error, StorageError) and is_refusal(error.__cause__ or error)


_pools: weakref.WeakSet[Decisions] = weakref.WeakSet()


def _forget_all() -> None:
    for pool in list(_pools):
        pool.forget()


os.register_at_fork(after_in_child=_forget_all)
