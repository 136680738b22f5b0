"""`record.Limits` on the embedded record."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.record import Record, backend
from prefect.connect import CLOCK
from prefect.storage.aggregates import limits
from prefect.storage.aggregates.reading import Reading
from prefect.storage.keyed import limits as stored
from prefect.storage.transaction import Transaction


def page(kind: str, limit: int | None = None, offset: int = 0) -> list[Record]:
    """Limits by name."""
    return limits.page(Reading(backend().store), kind, CLOCK.now(), limit, offset)


def by_name(kind: str, name: str) -> Record | None:
    """The limit of that kind and name."""
    return limits.by_name(Reading(backend().store), kind, name, CLOCK.now())


def write(kind: str, name: str, slots: int, active: bool = True, decay: float = 0.0) -> None:
    """Make a limit, or change the one of that name."""
    clock = backend().clock
    backend().store.transact(lambda tx: stored.write(tx, clock.new_id(), kind, name, slots, clock.now(), active, decay))


def delete(kind: str, name: str) -> bool:
    """Delete it."""
    return bool(backend().store.transact(lambda tx: stored.delete(tx, kind, name)))


def reset(kind: str, name: str) -> bool:
    """Free every slot."""

    def free(tx: Transaction) -> bool:
        found = stored.find(tx, kind, [name])
        for limit in found:
            moment = CLOCK.now()
            tx.execute(
                "UPDATE slot_history SET released = ? WHERE limit_id = ? AND released IS NULL", (moment, limit.id)
            )
            tx.execute("DELETE FROM concurrency_slot WHERE limit_id = ?", (limit.id,))
            stored.set_level(tx, limit.id, 0.0, moment)
        return bool(found)

    return backend().store.transact(free)


def holders(limit: Record) -> list[Record]:
    """Who holds slots."""
    return limits.holders(Reading(backend().store), UUID(str(limit["id"])), CLOCK.now())


def waiters(limit: Record) -> list[Record]:
    """Who waits for slots."""
    return limits.waiters(Reading(backend().store), UUID(str(limit["id"])), CLOCK.now())
