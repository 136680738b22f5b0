"""What the journal's thread writes through: one connection of a dialect, and how its database refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prefect.core.journal import Ledger, Row
from prefect.exceptions import StorageError
from prefect.storage.transaction import Append, Transaction


class Writer(Protocol):
    """One writing connection, opened when it is first needed."""

    @property
    def place(self) -> str:
        """The database, as messages name it."""

    def begin(self) -> None:
        """Start a transaction."""

    def transaction(self, append: Append, process: str) -> Transaction:
        """What decisions are given in the transaction that has begun."""

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing, such as SAVEPOINT."""

    def upsert(self, ledger: Ledger, rows: Sequence[Row]) -> None:
        """Write rows of the journal; one that the database can never take is logged and left out."""

    def commit(self) -> None:
        """End the transaction; what it wrote survives a loss of power."""

    def rollback(self) -> None:
        """Undo the transaction, if one has begun."""

    def close(self) -> None:
        """Let go of the connection; the next transaction opens another."""

    def forget(self) -> None:
        """In a forked child: leave the parent's connection alone."""

    def refuses(self, error: BaseException) -> bool:
        """Whether an error inside a decision is the database's trouble, which may pass, and not the decision's own."""

    def collided(self, error: BaseException) -> bool:
        """Whether two transactions stood in each other's way, so that the same again may do."""

    def translate(self, error: Exception) -> StorageError:
        """The error as one of ours, with place and mend."""
