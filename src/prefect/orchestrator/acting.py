"""Deciding for somebody else: what a process asks its server for is recorded as that process's doing.

Leases and slots name the process that holds them. Where a server decides, that is not the server's own process but the one
that asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from prefect.core.journal import Draft, Moves, Row
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

T = TypeVar("T")


def acting_for(holder: str, decision: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
    """The same decision, made in the name of another process."""

    def decide(tx: Transaction) -> T:
        own, tx.process = tx.process, holder
        try:
            return decision(tx)
        finally:
            tx.process = own

    return decide


class ActingStore:
    """A store as another process would have it; everything else is the store's own.

    Args:
        store: where it all happens.
        holder: identity of the process that asked.
    """

    def __init__(self, store: Store, holder: str) -> None:
        self._store = store
        self.process = holder
        self.append: Callable[[str, Row | Draft | Moves], None] = store.append

    def transact(self, decision: Callable[[Transaction], T]) -> T:
        """Run a decision in the holder's name."""
        return self._store.transact(acting_for(self.process, decision))

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Have a decision made, in the holder's name, as soon as the database allows."""
        self._store.defer(acting_for(self.process, decision))

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query in the holder's name."""
        return self._store.read(acting_for(self.process, query))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
