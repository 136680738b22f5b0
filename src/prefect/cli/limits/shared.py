"""What limits of tags and global limits have in common: who holds their slots, and who waits."""

from __future__ import annotations

from prefect.cli.output import ago, say, show_table
from prefect.cli.record import Record, limits, now
from prefect.storage.keyed.limits import GLOBAL, TAG

__all__ = ["GLOBAL", "TAG", "show_holders", "tag_document"]


def tag_document(limit: Record) -> Record:
    """A tag's limit as `-o json` shows it."""
    document = {"id": limit["id"], "created": limit["created"], "updated": limit["updated"], "tag": limit["name"]}
    active = [holder["run_id"] or holder["holder"] for holder in limits().holders(limit)]
    return {**document, "concurrency_limit": limit["slots"], "active_slots": active}


def show_holders(limit: Record) -> None:
    """Print who holds slots and who waits for some."""
    holders, waiters, moment = limits().holders(limit), limits().waiters(limit), now()
    if holders:
        rows = [(h["run_id"] or h["holder"], h["occupy"], ago(h["acquired"], moment), h["process"]) for h in holders]
        show_table("Holders", ("Run", "Slots", "Since", "Process"), rows)
    if waiters:
        waiting = [(w["run_id"] or w["holder"], w["occupy"], ago(w["since"], moment), w["process"]) for w in waiters]
        show_table("Waiting", ("Run", "Slots", "Since", "Process"), waiting)
    if not holders and not waiters:
        say("Nobody holds or waits for slots.")
