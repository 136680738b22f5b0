"""Changes carried between replicas by PostgreSQL's LISTEN and NOTIFY, many to a message.

What is lost, with a connection or by too much at once, is told to those who watch as one change: look for yourselves.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from prefect.exceptions import StorageError
from prefect.server.live.bus import Bus, Change
from prefect.server.live.feed import MISSED
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

CHANNEL = "headrace_changes"
LARGEST_PAYLOAD = 7900
"""Bytes of one message; PostgreSQL takes 7,999."""

PACE = 0.1
LOOK_UP = 1.0
"""Seconds after which the listener looks whether it is to end."""

RETRY = 1.0
CAPACITY = 2000

logger = logging.getLogger("prefect.server")


class Relay:
    """Sends this replica's changes to the others, and tells here what they send.

    Args:
        store: a PostgreSQL store.
        bus: of this replica.
    """

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self._replica = os.urandom(8).hex()
        self._ended = threading.Event()
        self._listener: threading.Thread | None = None
        self._sender: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call it in the event loop."""
        self._listener = threading.Thread(target=self._listen, name="prefect-relay", daemon=True)
        self._listener.start()
        self._sender = asyncio.get_running_loop().create_task(self._send())

    async def stop(self) -> None:
        """End."""
        self._ended.set()
        if self._sender is not None:
            self._sender.cancel()
        if self._listener is not None:
            await asyncio.to_thread(self._listener.join, 5 * LOOK_UP)

    # --- to the others

    async def _send(self) -> None:
        watcher = self._bus.watch(capacity=CAPACITY, relays=True)
        try:
            while True:
                changes = await watcher.next()
                if watcher.missed:
                    watcher.missed = False
                    changes = [Change(MISSED, "")]
                for payload in payloads(self._replica, changes):
                    self._store.transact_later(partial(notify, payload=payload), _noted)
                await asyncio.sleep(PACE)
        finally:
            self._bus.leave(watcher)

    # --- from the others

    def _listen(self) -> None:
        lost = False
        while not self._ended.is_set():
            try:
                connection = self._store.open_reader()
            except StorageError:
                self._ended.wait(RETRY)
                continue
            try:
                connection.execute(f"LISTEN {CHANNEL}")
                if lost:
                    self._bus.tell([Change(MISSED, "")], foreign=True)
                self._take_from(connection)
            except Exception as error:
                lost = True
                logger.debug("The relay lost its connection and tries again: %s", error)
                self._ended.wait(RETRY)
            finally:
                connection.close()

    def _take_from(self, connection: Any) -> None:
        while not self._ended.is_set():
            for notice in connection.notifies(timeout=LOOK_UP):
                changes = changes_in(notice.payload, self._replica)
                if changes:
                    self._bus.tell(changes, foreign=True)


def notify(tx: Transaction, payload: str) -> None:
    """Send a message when the transaction is committed."""
    tx.one("SELECT pg_notify(?::text, ?::text)", (CHANNEL, payload))


def _noted(_result: object, error: BaseException | None) -> None:
    if error is not None:
        logger.debug("Other replicas could not be told of changes: %s", error)


def payloads(replica: str, changes: Iterable[Change]) -> Iterator[str]:
    """Messages that hold changes, each as many as fit."""
    by_topic: dict[str, list[str]] = {}
    size = 0
    for topic, key in changes:
        added = len(json.dumps(key)) + len(topic) + 8
        if size + added > LARGEST_PAYLOAD - 100 and by_topic:
            yield json.dumps([replica, by_topic])
            by_topic, size = {}, 0
        by_topic.setdefault(topic, []).append(key[:1000])
        size += min(added, 7000)
    if by_topic:
        yield json.dumps([replica, by_topic])


def changes_in(payload: str, replica: str) -> list[Change]:
    """The changes in a message of another replica; none if it is our own, or none that we understand."""
    try:
        sender, by_topic = json.loads(payload)
        listed = [Change(str(topic), str(key)) for topic, keys in by_topic.items() for key in keys]
    except (ValueError, TypeError, AttributeError):
        return []
    return [] if sender == replica else listed
