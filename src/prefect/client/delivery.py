"""The journal's writer to a server: a commit is a batch that the server has acknowledged, or else one in the spool.

So user code waits for neither: while the server is away, batches gather on disk, and they are delivered when it is back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from prefect.client.door import Door, ServerAway
from prefect.client.spool import Spool
from prefect.core.journal import Ledger, Row
from prefect.exceptions import NotReachable, StorageError
from prefect.storage.transaction import Append, Transaction
from prefect.wire.packing import pack

JOURNAL = "/headrace/journal"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds until a server that is away is tried again."""

TIMEOUT = 20.0
"""Seconds that the server may take to acknowledge a batch before that goes to the spool."""

LARGEST_BATCH = 4 << 20
"""Bytes of rows that one request carries, roughly; of a single row there may be more."""

logger = logging.getLogger("prefect.client")


class Delivery:
    """Implements `storage.writer.Writer` on a server.

    Args:
        door: the way there.
        spool: where batches wait.
        is_gone: whether a process has ended, as far as can be seen from here.
    """

    def __init__(self, door: Door, spool: Spool, is_gone: Callable[[str], bool | None]) -> None:
        self._door = door
        self._spool = spool
        self._is_gone = is_gone
        self._rows: dict[str, list[Row]] = {}
        self._lock = threading.RLock()
        self._pause = 0.0
        self._again = 0.0
        """The monotonic moment before which a server that is away is left alone."""

    @property
    def place(self) -> str:
        """The server, as messages name it."""
        return self._door.address

    # --- the journal's thread

    def begin(self) -> None:
        """Gather a new batch."""
        self._rows = {}

    def transaction(self, append: Append, process: str) -> Transaction:
        """What no decision is ever given: those are the server's."""
        return _NoTransaction(append, process)

    def execute(self, statement: str) -> None:
        """There are no statements here."""
        raise TypeError(f"{statement!r} cannot be executed: decisions are made by the server.")

    def upsert(self, ledger: Ledger, rows: Sequence[Row]) -> None:
        """Add rows to the batch."""
        if rows:
            self._rows.setdefault(ledger.table, []).extend(rows)

    def commit(self) -> None:
        """Deliver the batch, or keep it in the spool. Raises StorageError if neither can be done."""
        for body in _bodies(self._rows):
            self._deliver_or_keep(body)

    def rollback(self) -> None:
        """Forget the batch; the journal still has its entries."""
        self._rows = {}

    def close(self) -> None:
        """There is nothing to let go of that others do not need."""

    def forget(self) -> None:
        """In a forked child: its batches are its own."""
        self._lock = threading.RLock()
        self._rows = {}

    def refuses(self, error: BaseException) -> bool:
        """Decisions are not made here."""
        return False

    def collided(self, error: BaseException) -> bool:
        """Nor can they meet others'."""
        return False

    def translate(self, error: Exception) -> StorageError:
        """The error as one of ours."""
        return StorageError(f"What is recorded for the server at {self.place} can neither be sent nor kept: {error}.")

    # --- delivering

    def _deliver_or_keep(self, body: bytes) -> None:
        with self._lock:
            if self._spool.waiting and not self.deliver_waiting():
                return self._spool.add(body)
            try:
                self._send_in_time(body)
            except ServerAway as error:
                self._away(error)
                self._spool.add(body)
            return None

    def _send_in_time(self, body: bytes) -> None:
        if time.monotonic() < self._again:
            raise ServerAway(f"The server at {self.place} was away a moment ago.")
        if not self._send(body):
            raise StorageError(f"The server at {self.place} refuses what is recorded; its answer is in the log.")
        self._back()

    def deliver_waiting(self) -> bool:
        """Deliver what waits in the spool, of ended processes too; says whether nothing waits any more."""
        with self._lock:
            if time.monotonic() < self._again:
                return not self._spool.waiting
            try:
                delivered = self._spool.deliver(self._send)
            except ServerAway as error:
                self._away(error)
                return False
            if delivered:
                self._back()
                logger.warning("Delivered %d batches that waited for the server at %s.", delivered, self.place)
            return True

    def deliver_orphans(self) -> int:
        """Deliver what processes left behind that have ended; returns how many batches."""
        with self._lock:
            try:
                return sum(orphan.deliver(self._send) for orphan in self._spool.orphans(self._is_gone))
            except ServerAway as error:
                self._away(error)
                return 0

    @property
    def waits(self) -> bool:
        """Whether batches wait for the server."""
        return self._spool.waiting

    def _send(self, body: bytes) -> bool:
        """Post one batch; False if the server refuses it for good. Raises ServerAway, or NotReachable without access."""
        response = self._door.post(JOURNAL, body, TIMEOUT)
        if response.status_code == 204:
            return True
        if response.status_code in (401, 403):
            raise ServerAway(
                f"The server at {self.place} wants other credentials ({response.status_code}); set PREFECT_API_KEY or"
                " PREFECT_API_AUTH_STRING."
            )
        logger.error("The server at %s refused a batch (%d): %s", self.place, response.status_code, response.text[:500])
        return False

    def _away(self, error: ServerAway) -> None:
        if not self._pause:
            logger.warning("%s What is recorded is kept in %s until it is back.", error, self._spool.directory)
        self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        self._again = time.monotonic() + max(self._pause, error.retry_after)

    def _back(self) -> None:
        self._pause = self._again = 0.0


def _bodies(tables: dict[str, list[Row]]) -> list[bytes]:
    """The rows as bodies of bearable size."""
    if not tables:
        return []
    body = pack(tables)
    rows = sum(map(len, tables.values()))
    if len(body) <= LARGEST_BATCH or rows <= 1:
        return [body]
    halves: tuple[dict[str, list[Row]], dict[str, list[Row]]] = ({}, {})
    for table, listed in tables.items():
        middle = (len(listed) + 1) // 2
        for half, part in zip(halves, (listed[:middle], listed[middle:]), strict=True):
            if part:
                half[table] = part
    return [piece for half in halves for piece in _bodies(half)]


class _NoTransaction(Transaction):
    """Stands where a database's transaction would, and refuses."""

    __slots__ = ()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> NoReturn:
        raise NotReachable("This needs the database, which only the server has.")

    one = all = execute

    def columns(self, table: str) -> NoReturn:
        raise NotReachable(f"The columns of {table!r} are known to the server alone.")
