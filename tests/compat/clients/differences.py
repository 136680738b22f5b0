"""What differs from the real server's record, knowingly, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """A field that is left out of the comparison."""

    kind: str
    """Of which kind of record; `*` for every kind."""

    field: str
    reason: str


class Known(tuple[Difference, ...]):
    """All known differences."""

    __slots__ = ()

    def forget(self, kind: str, text: str) -> str:
        """The record's text without the fields that differ."""
        for difference in self:
            if difference.kind in ("*", kind):
                text = re.sub(rf'"{difference.field}": [^\n]*', f'"{difference.field}": "<differs>"', text)
        return text


KNOWN = Known()

NAMED_ONCE = frozenset({"parents", "children"})
"""In the graph of a flow run a neighbour is named once. Theirs repeats it as often as its own inputs have names, which is an
accident of their query and no number of anything."""

LOST_DEFINITIONS: dict[str, object] = {"definitions": {"JsonValue": {}}}
"""A block schema's definition that allows anything: theirs loses it where it is read, except in a schema just made."""


NOTHING: dict[str, dict[str, object]] = {"job_variables": {}}
"""What null stands for: theirs answers it for a run whose client sent null along with an idempotency key."""


def told_alike(event: Mapping[str, Any]) -> bool:
    """Whether both servers tell an event. Clients change the text of a block type that came with a server if it is not
    theirs; ours is in our words, so it is changed once."""
    named = event["resource"].get("prefect.resource.name")
    return not (event["event"] == "prefect.block-type.updated" and named in ("Secret", "Local File System"))


def one_number(value: float) -> float | int:
    """JSON has one kind of number. Their SQLite turns an artifact's 60.0 into 60 where it is the whole of the data; their
    PostgreSQL and ours leave it as it was sent."""
    return int(value) if value.is_integer() else value
