"""What limits of tags and global limits have in common: reading them, who holds them, taking slots away."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.documents import Record
from prefect.cli.output import ago, say, show_table
from prefect.cli.record import backend, now
from prefect.connect import CLOCK
from prefect.storage.aggregates import limits
from prefect.storage.aggregates.reading import Reading
from prefect.storage.keyed import limits as stored
from prefect.storage.keyed.limits import GLOBAL, TAG
from prefect.storage.transaction import Transaction

__all__ = ["GLOBAL", "TAG", "by_name", "page", "reset", "show_holders", "tag_document"]


def page(kind: str, limit: int | None = None, offset: int = 0) -> list[Record]:
    """Limits of a kind by name."""
    return limits.page(Reading(backend().store), kind, CLOCK.now(), limit, offset)


def by_name(kind: str, name: str) -> Record | None:
    """The limit of that kind and name; None if there is none."""
    return limits.by_name(Reading(backend().store), kind, name, CLOCK.now())


def tag_document(limit: Record) -> Record:
    """A tag's limit as `-o json` shows it."""
    holders = limits.holders(Reading(backend().store), UUID(str(limit["id"])), CLOCK.now())
    document = {"id": limit["id"], "created": limit["created"], "updated": limit["updated"], "tag": limit["name"]}
    active = [holder["run_id"] or holder["holder"] for holder in holders]
    return {**document, "concurrency_limit": limit["slots"], "active_slots": active}


def show_holders(limit: Record) -> None:
    """Print who holds slots and who waits for some."""
    reading, moment = Reading(backend().store), now()
    limit_id = UUID(str(limit["id"]))
    holders = limits.holders(reading, limit_id, CLOCK.now())
    if holders:
        rows = [(h["run_id"] or h["holder"], h["occupy"], ago(h["acquired"], moment), h["process"]) for h in holders]
        show_table("Holders", ("Run", "Slots", "Since", "Process"), rows)
    waiters = limits.waiters(reading, limit_id, CLOCK.now())
    if waiters:
        waiting = [(w["run_id"] or w["holder"], w["occupy"], ago(w["since"], moment), w["process"]) for w in waiters]
        show_table("Waiting", ("Run", "Slots", "Since", "Process"), waiting)
    if not holders and not waiters:
        say("Nobody holds or waits for slots.")


def reset(kind: str, name: str) -> bool:
    """Free every slot of a limit; False if there is no such limit."""

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
