"""What people get to see: the outcome as a value, and as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """What became of the rows read so far: `read` is always the sum of `booked` and all of `rejected`."""

    read: int = 0
    booked: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.read += other.read
        self.booked += other.booked
        self.rejected += other.rejected

    def check(self) -> None:
        """Raise `ValueError` unless every row read is accounted for."""
        accounted = self.booked + self.rejected.total()
        if accounted != self.read:
            raise ValueError(f"{self.read} rows read, but {accounted} booked or rejected")


def as_markdown(tally: Tally, dimensions: Mapping[str, int], months: Sequence[Mapping[str, Any]]) -> str:
    """One page: the totals, why rows were refused, and what the warehouse now holds per month."""
    refused = tally.rejected.total()
    return "\n\n".join(
        [
            "# Ledger load",
            f"**{tally.read:,}** rows read, **{tally.booked:,}** booked, **{refused:,}** rejected.",
            table([{"dimension": name, "rows": rows} for name, rows in dimensions.items()]),
            "## Rejects",
            table([{"reason": reason, "rows": rows} for reason, rows in tally.rejected.most_common()]),
            "## The warehouse by month",
            table(months),
        ]
    )


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a Markdown table, `none` without rows."""
    if not rows:
        return "none"
    lines = [
        list(rows[0]),
        ["---"] * len(rows[0]),
        *([_cell(value) for value in row.values()] for row in rows),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
