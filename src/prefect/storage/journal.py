"""The writing door: appends go to the database in group commits.

Any thread appends entries, which costs about a microsecond and never waits for the disk. One thread per process takes
whatever has gathered, writes it in one transaction together with the decisions asked for meanwhile, and commits. A
decision, or a flush, returns when the commit that holds it and everything appended before it has been synced.

Rows are written many to a statement: the interpreter's lock is then let go for a whole statement and not fought
over row by row, which under a busy main thread would cost a switch interval (5 ms) each.

When the database refuses (disk full, locked for long, gone), entries stay queued and are tried again; whoever waits is
told once that has lasted for a while. When the queue is full, appending waits: the record pushes back instead of losing
anything. An entry that the database can never take (it breaks a constraint, or cannot be made) is logged and left out,
so that it does not hold up the others.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import Any, TypeVar

from prefect.core.journal import LEDGERS, TASK_RUN_STATE, Draft, Entry, Ledger, Moves, Row, Value, fold
from prefect.exceptions import DatabaseFull, StorageError
from prefect.storage.sqlite import error_code, insist, translate
from prefect.storage.store_file import StoreFile
from prefect.storage.transaction import Transaction

T = TypeVar("T")
Decision = Callable[[Transaction], Any]

LINGER = 0.02
"""Seconds between two commits that nobody waits for; an entry that comes later than that is written at once."""

CAPACITY = 50_000
"""Entries that may be queued before appending waits."""

LARGEST_STATEMENT = 32_766
"""Bound parameters of one statement; SQLite allows 32,766."""

MOST_REPEATED = 8
"""Rows that a small statement may repeat: cheaper than another statement."""

PATIENCE = 10.0
"""Seconds for which whoever waits is not told of a full disk or a failing one: it may pass."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds until a database that refused is tried again."""

UNBINDABLE = (OverflowError, UnicodeEncodeError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
"""What binding a value raises when SQLite has no place for it."""

logger = logging.getLogger("prefect.storage")


class Request:
    """A decision to be made inside a transaction, or None to learn only of the commit.

    A kept one stays queued when the database refuses, since nobody would ask again.
    """

    __slots__ = ("decision", "done", "error", "kept", "result", "since")

    def __init__(self, decision: Decision | None, kept: bool = False) -> None:
        self.decision = decision
        self.kept = kept
        self.since = time.monotonic()
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self, error: BaseException | None = None) -> None:
        """Let whoever waits go on."""
        self.error = self.error or error
        self.done.set()


class Journal:
    """The queue of one process and the thread that empties it into the database."""

    def __init__(self, file: StoreFile, process: str) -> None:
        self._file = file
        self._process = process
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
        self._file.forget()
        thread_free = Journal(self._file, self._process)
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
        request = self._submit(Request(decision))
        request.done.wait()
        if request.error is not None:
            raise request.error
        result: T = request.result
        return result

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Queue a decision that is made as soon as the database allows; nobody waits for it."""
        self._submit(Request(decision, kept=True))

    def flush(self, timeout: float | None = None) -> None:
        """Return once everything appended before is committed.

        Raises StorageError if the database refuses or `timeout` seconds pass; nothing queued is lost by that.
        """
        if not self._queue and not self._taking and not self._pending:  # in this order: what is taken is in neither
            return
        request = self._submit(Request(None))
        if not request.done.wait(timeout):
            raise StorageError(f"The record was not written to {str(self._file.path)!r} within {timeout} s.")
        if request.error is not None:
            raise request.error

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
        self._file.close_writer()

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
        for item in taken:
            if isinstance(item, Request):
                item.settle()
        return True

    def _commit(self, items: Sequence[Entry | Request]) -> None:
        connection = self._file.writer()
        insist(connection, "BEGIN IMMEDIATE", self._file.path, self._file.busy_timeout)
        try:
            self._perform(connection, items)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _perform(self, connection: sqlite3.Connection, items: Sequence[Entry | Request]) -> None:
        """Entries in bulk, decisions in between them in the order they came."""
        rows: dict[str, list[Row | Draft]] = {}

        def append(table: str, row: Row | Draft | Moves) -> None:
            if isinstance(row, Moves):
                rows.setdefault(TASK_RUN_STATE, []).extend(row.states)
                row = row.run
            gathered = rows.get(table)
            if gathered is None:
                gathered = rows[table] = []
            gathered.append(row)

        transaction = Transaction(connection, append, self._process)
        for item in items:
            if type(item) is tuple:
                append(*item)
            elif isinstance(item, Request) and item.decision is not None and not item.done.is_set():
                write_rows(connection, rows)
                if not decide_within(connection, transaction, item):
                    rows.clear()
        write_rows(connection, rows)

    def _refused(self, error: Exception) -> None:
        refusal = error if isinstance(error, StorageError) else translate(error, self._file.path)
        if not self._pause:
            logger.error("%s %d entries wait.", refusal, len(self._pending))
        for item in (*self._pending, *self._queue):
            if isinstance(item, Request) and not item.kept and not may_pass(refusal, item.since):
                item.settle(refusal)
        self._pending = [item for item in self._pending if not isinstance(item, Request) or not item.done.is_set()]
        self._file.close_writer()
        self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        if not self._closing:
            self._hurry.wait(self._pause)
            self._wake.set()

    def _recovered(self) -> None:
        if self._pause:
            logger.warning("The record at %s is being written again.", self._file.path)
            self._pause = 0.0


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forget_all() -> None:
    for journal in list(_journals):
        journal.forget()


os.register_at_fork(after_in_child=_forget_all)


def may_pass(refusal: StorageError, since: float) -> bool:
    """Whether whoever has waited since that moment waits on: the trouble is of a kind that may pass by itself."""
    return type(refusal) in (StorageError, DatabaseFull) and time.monotonic() - since < PATIENCE


def decide_within(connection: sqlite3.Connection, transaction: Transaction, request: Request) -> bool:
    """Run one decision in a savepoint, so that its failure undoes only itself; says whether it succeeded."""
    assert request.decision is not None
    request.error = None
    connection.execute("SAVEPOINT decision")
    try:
        request.result = request.decision(transaction)
    except BaseException as error:
        if isinstance(error, sqlite3.OperationalError) and error_code(error) != sqlite3.SQLITE_ERROR:
            raise  # the database, not the decision
        connection.execute("ROLLBACK TO decision")
        request.error = error
    connection.execute("RELEASE decision")
    return request.error is None


def write_rows(connection: sqlite3.Connection, rows: dict[str, list[Row | Draft]]) -> None:
    """Write and forget the rows gathered by table."""
    for table, gathered in rows.items():
        upsert(connection, LEDGERS[table], folded(table, gathered))
    rows.clear()


def folded(table: str, rows: Sequence[Row | Draft]) -> Sequence[Row]:
    """The rows that matter, without those that cannot be made."""
    try:
        return fold(table, rows)
    except Exception as error:
        if len(rows) > 1:
            return [made for row in rows for made in folded(table, (row,))]
        logger.error("A %s entry cannot be made and is left out: %r", table, error)
        return ()


def upsert(connection: sqlite3.Connection, ledger: Ledger, rows: Sequence[Row]) -> None:
    """Insert rows with as few statements as can be, of few distinct sizes, so that they are prepared once.

    Sizes are powers of two. Where a size does not fit, the last row is repeated, which changes nothing.
    """
    most = 1 << (LARGEST_STATEMENT // len(ledger.columns)).bit_length() - 1
    start = 0
    while start < len(rows):
        size = statement_size(len(rows) - start, most)
        part = rows[start : start + size]
        _insert(connection, ledger, [*part, *repeat(part[-1], size - len(part))])
        start += size


def statement_size(left: int, most: int) -> int:
    """Rows of the next statement for `left` rows: the power of two above, if little of it is wasted, or that below."""
    above = 1 << (left - 1).bit_length()
    if above <= most and above - left <= max(left // 4, MOST_REPEATED):
        return above
    return min(1 << left.bit_length() - 1, most)


def _insert(connection: sqlite3.Connection, ledger: Ledger, rows: Sequence[Row]) -> None:
    """Insert rows with one statement; where the database cannot take one of them, one by one."""
    try:
        connection.execute(_statement(ledger, len(rows)), tuple(chain.from_iterable(rows)))
    except (*UNBINDABLE, sqlite3.IntegrityError) as error:
        if len(rows) == 1:
            _insert_mended(connection, ledger, rows[0], error)
            return
        for row in rows:
            _insert(connection, ledger, (row,))


def _insert_mended(connection: sqlite3.Connection, ledger: Ledger, row: Row, problem: Exception) -> None:
    """Insert a row with the values mended that cannot be bound; leave it out if that does not help."""
    try:
        connection.execute(_statement(ledger, 1), tuple(_mended(value) for value in row))
    except (*UNBINDABLE, sqlite3.IntegrityError) as error:
        logger.error("A %s entry cannot be stored and is left out: %s", ledger.table, error)
    else:
        logger.warning("A value of a %s entry cannot be stored as it is: %s", ledger.table, problem)


def _mended(value: Value) -> Value:
    """The nearest value that SQLite can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value if isinstance(value, (int, float, bytes)) or value is None else repr(value)


_statements: dict[tuple[str, int], str] = {}


def _statement(ledger: Ledger, count: int) -> str:
    key = (ledger.table, count)
    known = _statements.get(key)
    if known is None:
        known = _statements[key] = _make_statement(ledger, count)
    return known


def _make_statement(ledger: Ledger, count: int) -> str:
    columns = ", ".join(f'"{name}"' for name in ledger.columns)
    marks = "(" + ", ".join("?" * len(ledger.columns)) + ")"
    values = ", ".join([marks] * count)
    conflict = "DO NOTHING"
    if ledger.newest_by is not None:
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in ledger.updated)
        order = f'excluded."{ledger.newest_by}" > "{ledger.table}"."{ledger.newest_by}"'
        if ledger.fenced_by is not None:
            ours, theirs = f'excluded."{ledger.fenced_by}"', f'"{ledger.table}"."{ledger.fenced_by}"'
            order = f"{ours} > {theirs} OR ({ours} = {theirs} AND {order})"
        conflict = f"DO UPDATE SET {changes} WHERE {order}"
    return f'INSERT INTO "{ledger.table}" ({columns}) VALUES {values} ON CONFLICT ({", ".join(ledger.key)}) {conflict}'
