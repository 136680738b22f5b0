"""Everything that is live in one server, put together."""

from __future__ import annotations

from prefect.core.ports import Clock
from prefect.server.live.bus import Bus
from prefect.server.live.feed import Feed
from prefect.server.live.intake import Intake
from prefect.server.live.lookout import Lookout
from prefect.server.live.reads import Reads
from prefect.server.live.relay import Relay
from prefect.server.live.tail import EventTail
from prefect.storage.aggregates.reading import Reading
from prefect.storage.store import Store


class Live:
    """What takes events in, and what shows changes as they happen.

    Args:
        store: the record.
        reading: its reading door.
        bus: of this replica.
        clock: time and ids.
    """

    def __init__(self, store: Store, reading: Reading, bus: Bus, clock: Clock) -> None:
        self.intake = Intake(bus)
        self.reads = Reads()
        self.tail = EventTail(reading, bus, clock, self.reads)
        self.feed = Feed(reading, bus, clock, self.reads)
        self._lookout = Lookout(store, reading, bus, clock, self.reads)
        self._relay = Relay(store, bus) if store.dialect == "postgresql" else None

    def start(self) -> None:
        """Begin; call it in the event loop."""
        self._lookout.start()
        if self._relay is not None:
            self._relay.start()

    def let_go(self) -> None:
        """End what has no end of its own: the server is about to stop."""
        self.feed.stop()

    async def stop(self) -> None:
        """End what runs."""
        self.feed.stop()
        self.tail.stop()
        await self._lookout.stop()
        if self._relay is not None:
            await self._relay.stop()
        await self.reads.done()
