"""What differs from the real server's record, knowingly, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass


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

LOST_DEFINITIONS = {"definitions": {"JsonValue": {}}}
"""A block schema's definition that allows anything: theirs loses it where it is read, except in a schema just made."""


def one_number(value: float) -> float | int:
    """JSON has one kind of number. Their SQLite turns an artifact's 60.0 into 60 where it is the whole of the data; their
    PostgreSQL and ours leave it as it was sent."""
    return int(value) if value.is_integer() else value
