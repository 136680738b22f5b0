"""The door by which events come in: bounded, and acknowledged only once they are stored.

Events of several requests share the store's group commits. What has been taken in and is not stored yet is counted; when
it is too much, requests are told to come back and sockets are not read from. Nothing is dropped.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from uuid import UUID

from prefect.core.journal import EVENT, EVENT_RESOURCE, Entry, Moves
from prefect.core.records.events import EventRecord, object_id
from prefect.orchestrator.told_task_runs import flow_run_of, is_told, record_told, told_by
from prefect.server.http.errors import RETRY_AFTER, Refusal
from prefect.server.live.bus import Bus, Change
from prefect.storage.keyed.events.heartbeats import renew_by_heartbeat
from prefect.storage.transaction import Transaction

HEARTBEAT = "prefect.flow-run.heartbeat"
MOST_EVENTS = 20_000
MOST_BYTES = 64 << 20
"""What may wait to be stored."""


class Batch:
    """Events that are being stored: a decision, to be made in one transaction."""

    __slots__ = ("__weakref__", "beating", "changes", "entries", "now", "release", "size", "told")

    release: Callable[[], object]
    """Says that it does not wait any more; also called when it is forgotten, however it ended."""

    def __init__(self, events: Sequence[EventRecord], now: int) -> None:
        self.now = now
        self.entries: list[Entry] = []
        self.told: list[Moves] = []
        """Task runs as clients tell of them."""

        self.beating: set[UUID] = set()
        """Flow runs whose heart has beaten."""

        self.changes: dict[Change, None] = {}
        self.size = 0
        for event in events:
            self._add(event)

    def _add(self, event: EventRecord) -> None:
        row = event.row()
        self.size += sum(len(value) for value in row if isinstance(value, str))
        self.entries.append((EVENT, row))
        self.entries.extend((EVENT_RESOURCE, resource) for resource in event.resource_rows())
        self.changes[Change("event", event.resource_id)] = None
        flow_run = flow_run_of(event)
        if flow_run is not None:
            self.changes[Change("event", f"prefect.flow-run.{flow_run}")] = None
        if is_told(event):
            self._add_told(event)
        elif event.name == HEARTBEAT:
            run_id = object_id(event.resource_id, "prefect.flow-run.")
            if run_id is not None:
                self.beating.add(run_id)

    def _add_told(self, event: EventRecord) -> None:
        moves = told_by(event)
        if moves is not None:
            self.told.append(moves)
            flow_run = flow_run_of(event)
            self.changes[Change("task_run", "" if flow_run is None else flow_run.hex)] = None

    def __call__(self, tx: Transaction) -> None:
        """Store the events, the task runs they tell of, and the leases they renew."""
        for table, row in self.entries:
            tx.append(table, row)
        for moves in self.told:
            record_told(tx, moves)
        if self.beating:
            renew_by_heartbeat(tx, self.beating, self.now)


class Intake:
    """Counts what is on its way into the store.

    Args:
        bus: told of what was stored.
    """

    def __init__(self, bus: Bus, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._bus = bus
        self._most_events, self._most_bytes = most_events, most_bytes
        self.events = 0
        """Events that have been taken in and are not stored yet."""

        self.bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is to be taken in for now."""
        return self.events >= self._most_events or self.bytes >= self._most_bytes

    def take(self, events: Sequence[EventRecord], now: int) -> Batch:
        """Events as a decision that stores them; they count until they are `stored`, or it is forgotten."""
        batch = Batch(events, now)
        self.events += len(events)
        self.bytes += batch.size
        batch.release = weakref.finalize(batch, self._release, len(events), batch.size)
        return batch

    def _release(self, events: int, size: int) -> None:
        self.events -= events
        self.bytes -= size

    def admit(self, events: Sequence[EventRecord], now: int) -> Batch:
        """`take`, if there is room. Raises Refusal (429), with when to come back, if there is none."""
        if self.is_full:
            raise Refusal(429, "Too many events wait to be stored; send these again in a moment.", RETRY_AFTER)
        return self.take(events, now)

    def stored(self, batch: Batch) -> None:
        """Count it no more and tell who watches; call it after the commit."""
        batch.release()
        if self._bus.watched:
            self._bus.tell(batch.changes)
