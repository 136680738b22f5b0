"""The writing door: appends go to the database in group commits.

Any thread appends entries, which costs about a microsecond and never waits for the disk. One thread per process takes
whatever has gathered, writes it in one transaction together with the decisions asked for meanwhile, and commits. A
decision, or a flush, returns when the commit that holds it and everything appended before it has been synced.

When the database refuses (disk full, locked for long, gone), entries stay queued and are tried again; whoever waits is
told once that has lasted for a while. When the queue is full, appending waits: the record pushes back instead of losing
anything. An entry that the database can never take (it breaks a constraint, or cannot be made) is logged and left out,
so that it does not hold up the others.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from prefect.core.journal import Draft, Entry, Moves, Row
from prefect.exceptions import StorageError
from prefect.storage.requests import Deliver, Done, Request, call_all, settle
from prefect.storage.transaction import Transaction
from prefect.storage.upserts import gatherer, write_rows
from prefect.storage.writer import Writer

T = TypeVar("T")

LINGER = 0.02
"""Seconds between two commits that nobody waits for; an entry that comes later than that is written at once."""

CAPACITY = 50_000
"""Entries that may be queued before appending waits."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds until a database that refused is tried again."""

MOST_COLLISIONS = 5
"""How often a transaction that stood in another's way is begun anew before that counts as a refusal."""

logger = logging.getLogger("prefect.storage")


class Journal:
    """The queue of one process and the thread that empties it into the database."""

    def __init__(self, writer: Writer, process: str) -> None:
        self._writer = writer
        self._process = process
        self.trouble: StorageError | None = None
        """Why the database takes nothing at the moment."""

        self.deliver: Deliver = call_all
        """Makes the callbacks that one commit has become due."""
        self._queue: deque[Entry | Request] = deque()
        self._pending: list[Entry | Request] = []
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._room = threading.Event()
        self._room.set()
        self._taking = False
        self._closing = False
        self._written = 0.0
        self._pause = 0.0
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        _journals.add(self)

    def forget(self) -> None:
        """In a forked child: what is queued, and the thread that writes it, are the parent's."""
        self._writer.forget()
        thread_free = Journal(self._writer, self._process)
        self.__dict__.update(thread_free.__dict__)

    # --- any thread

    def append(self, table: str, row: Row | Draft | Moves) -> None:
        """Queue one entry."""
        self._queue.append((table, row))
        if not self._wake.is_set():
            self._wake.set()
            self._ensure_running()
        if len(self._queue) > CAPACITY:
            self._push_back()

    def transact(self, decision: Callable[[Transaction], T]) -> T:
        """Run `decision` inside the next transaction and return its result once that is committed.

        Raises what the decision raises (its own changes undone), or StorageError if the database refuses.
        """
        settled = threading.Event()
        request = self._submit(Request(decision, settled))
        settled.wait()
        result: T = request.outcome()
        return result

    def transact_later(
        self, decision: Callable[[Transaction], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """The same without waiting; `done` is told the result or the error."""
        self._submit(Request(decision, done))

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Queue a decision that is made as soon as the database allows; nobody waits for it."""
        self._submit(Request(decision, None, kept=True))

    def flush(self, timeout: float | None = None) -> None:
        """Return once everything appended before is committed.

        Raises StorageError if the database refuses or `timeout` seconds pass; nothing queued is lost by that.
        """
        if not self._queue and not self._taking and not self._pending:  # in this order: what is taken is in neither
            return
        settled = threading.Event()
        request = self._submit(Request(None, settled))
        if not settled.wait(timeout):
            raise StorageError(f"The record was not written to {self._writer.place} within {timeout} s.")
        request.outcome()

    def flush_later(self, done: Done) -> None:
        """The same without waiting."""
        self._submit(Request(None, done))

    def close(self, timeout: float = 60.0) -> None:
        """Write what is queued and end the thread; a later append begins anew. Raises StorageError if that fails."""
        thread = self._thread
        if thread is None:
            return
        try:
            self.flush(timeout)
        finally:
            self._closing = True
            self._hurry.set()
            self._wake.set()
            thread.join(timeout)
            self._closing = False
            self._thread = None

    @property
    def backlog(self) -> int:
        """Entries not yet committed."""
        return len(self._queue) + len(self._pending)

    def _submit(self, request: Request) -> Request:
        self._queue.append(request)
        self._hurry.set()
        self._wake.set()
        self._ensure_running()
        return request

    def _push_back(self) -> None:
        """Wait until half of the queue has been written."""
        if threading.current_thread() is self._thread:
            return
        self._hurry.set()
        while len(self._queue) > CAPACITY // 2 and not self._closing:
            self._room.clear()
            self._room.wait(0.1)

    def _ensure_running(self) -> None:
        if self._thread is None:
            with self._start_lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="prefect-journal", daemon=True)
                    self._thread.start()

    # --- the writing thread

    def _run(self) -> None:
        while not (self._closing and not self._queue and not self._pending):
            self._wake.wait()
            if not self._hurry.is_set() and time.monotonic() - self._written < LINGER:
                self._hurry.wait(LINGER)
            self._hurry.clear()
            self._wake.clear()
            self._take()
            if self._pending and not self._write() and self._closing:
                break
            if self._queue:
                self._wake.set()
        self._writer.close()

    def _take(self) -> None:
        """Take what is queued; of a database that refuses, no more than is to be kept in memory anyway."""
        queue = self._queue
        room = CAPACITY - len(self._pending) if self._pause else len(queue)
        self._taking = True
        for _ in range(min(room, len(queue))):
            self._pending.append(queue.popleft())
        self._taking = False
        self._room.set()

    def _write(self) -> bool:
        """Write what was taken; on refusal keep the entries, tell those who wait, and come back."""
        try:
            self._commit(self._pending)
        except Exception as error:
            self._refused(error)
            return False
        taken, self._pending = self._pending, []
        self._written = time.monotonic()
        self._recovered()
        self._settle(taken)
        return True

    def _settle(self, items: Sequence[Entry | Request], error: BaseException | None = None) -> None:
        settle([item for item in items if type(item) is Request], self.deliver, error)

    def _commit(self, items: Sequence[Entry | Request]) -> None:
        for collisions in range(MOST_COLLISIONS):
            try:
                self._commit_once(items)
            except Exception as error:
                if collisions == MOST_COLLISIONS - 1 or not self._writer.collided(error):
                    raise
            else:
                break

    def _commit_once(self, items: Sequence[Entry | Request]) -> None:
        writer = self._writer
        writer.begin()
        try:
            self._perform(items)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise

    def _perform(self, items: Sequence[Entry | Request]) -> None:
        """Entries in bulk, decisions in between them in the order they came."""
        rows: dict[str, list[Row | Draft]] = {}
        append = gatherer(rows)
        writer = self._writer
        transaction = writer.transaction(append, self._process)
        for item in items:
            if type(item) is tuple:
                append(*item)
            elif isinstance(item, Request) and item.decision is not None and not item.settled:
                write_rows(writer.upsert, rows)
                if not decide_within(writer, transaction, item):
                    rows.clear()
        write_rows(writer.upsert, rows)

    def _refused(self, error: Exception) -> None:
        refusal = error if isinstance(error, StorageError) else self._writer.translate(error)
        self.trouble = refusal
        if not self._pause:
            logger.error("%s %d entries wait.", refusal, len(self._pending))
        told = [item for item in (*self._pending, *self._queue) if type(item) is Request and not item.may_wait(refusal)]
        self._settle(told, refusal)
        self._pending = [item for item in self._pending if not isinstance(item, Request) or not item.settled]
        self._writer.close()
        self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        if not self._closing:
            self._hurry.wait(self._pause)
            self._wake.set()

    def _recovered(self) -> None:
        if self._pause:
            logger.warning("The record at %s is being written again.", self._writer.place)
            self._pause, self.trouble = 0.0, None


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forget_all() -> None:
    for journal in list(_journals):
        journal.forget()


os.register_at_fork(after_in_child=_forget_all)


def decide_within(writer: Writer, transaction: Transaction, request: Request) -> bool:
    """Run one decision in a savepoint, so that its failure undoes only itself; says whether it succeeded."""
    assert request.decision is not None
    request.error = None
    writer.execute("SAVEPOINT decision")
    try:
        request.result = request.decision(transaction)
    except BaseException as error:
        if writer.refuses(error):
            raise
        writer.execute("ROLLBACK TO decision")
        request.error = error
    writer.execute("RELEASE decision")
    return request.error is None
