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
