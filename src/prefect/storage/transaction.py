"""What storage functions are given to read and write with: one open transaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from prefect.core.journal import Draft, Moves, Row

Append = Callable[[str, Row | Draft | Moves], None]


class Transaction(ABC):
    """Executes statements within an open transaction.

    The same SQL runs in both dialects: parameters are positional (`?`), ids are 16 bytes, moments microseconds, flags
    0 or 1, documents and tags JSON text.
    """

    __slots__ = ("append", "locking", "process", "skip_locked")

    dialect: ClassVar[str]
    """`sqlite` or `postgresql`, for the few statements that differ."""

    def __init__(self, append: Append, process: str, locking: str = "", skip_locked: str = "") -> None:
        self.append = append
        """Adds a journal entry to this very transaction: `append(table, row)`."""

        self.process = process
        """Identity of this process, as leases record their holder."""

        self.locking = locking
        """Clause that ends a SELECT on whose rows a decision rests, so that they stay as read until it is committed.

        Empty where one transaction writes at a time, and in one that only reads. Rows of several are locked in a fixed
        order, so have an ORDER BY before it.
        """

        self.skip_locked = skip_locked
        """The same for claims: rows that others are deciding on are passed over."""

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; returns the number of rows it changed."""

    @abstractmethod
    def one(self, sql: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""

    @abstractmethod
    def all(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows."""

    @abstractmethod
    def columns(self, table: str) -> list[str]:
        """A table's columns, as `SELECT *` gives them."""

    def insert(self, table: str, values: dict[str, object], on_conflict: str = "") -> int:
        """Insert one row, given by column; `on_conflict` is the clause that follows."""
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        return self.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) {on_conflict}', tuple(values.values()))


def refuse_to_append(table: str, row: Row | Draft | Moves) -> None:
    """What `append` is in a transaction that only reads."""
    raise TypeError(f"A reading transaction cannot append to {table!r}.")
