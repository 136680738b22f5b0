"""Concurrency limits as the API shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from uuid import UUID

from prefect.core.slots import LimitFacts, level_at
from prefect.core.times import to_micros
from prefect.server.http.answers import Json
from prefect.storage.documents import Row
from prefect.storage.keyed.limits import Limit, full_name

AVERAGE_OCCUPANCY = 2.0
"""Seconds that a slot is taken to be held where nobody has measured it."""


def global_limit_json(row: Row, now: int) -> Json:
    """A limit of any kind; `row` has the slots of its live holders as `taken`."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "active": bool(row["active"]),
        "name": full_name(row["kind"], row["name"]),
        "limit": row["slots"],
        "active_slots": active_slots(row, now),
        "slot_decay_per_second": row["slot_decay_per_second"],
    }


def made_limit_json(row: Row, now: int) -> Json:
    """A limit as the request that made it is answered."""
    occupancy = row["avg_slot_occupancy"]
    return {
        **global_limit_json(row, now),
        "denied_slots": row["denied_slots"] or 0,
        "avg_slot_occupancy_seconds": AVERAGE_OCCUPANCY if occupancy is None else occupancy,
    }


def active_slots(row: Row, now: int) -> int:
    """Slots taken: those of live holders, or of a limit that decays its level."""
    if not row["slot_decay_per_second"]:
        return int(row["taken"])
    facts = LimitFacts(
        name=row["name"],
        slots=row["slots"],
        decay=row["slot_decay_per_second"],
        level=row["rate_level"],
        level_moment=to_micros(row["rate_moment"]),
    )
    return math.ceil(level_at(facts, now) - 1e-9)


def tag_limit_json(row: Row, holders: Iterable[Row]) -> Json:
    """A limit on a tag with the task runs that hold its slots."""
    return {
        "id": row["id"],
        "created": row["created"],
        "updated": row["updated"],
        "tag": row["name"],
        "concurrency_limit": row["slots"],
        "active_slots": [held["run_id"] or held["holder"] for held in holders],
    }


def taken_json(limit: Limit) -> Json:
    """A limit of which slots were taken or given back."""
    return {"id": UUID(bytes=bytes(limit.id)), "name": limit.name, "limit": limit.slots}
