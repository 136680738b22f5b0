"""Transactions: work that counts together, or is undone together."""

from __future__ import annotations

from prefect.connect import engine_config as engine_config
from prefect.engine.results.transactions import (
    AsyncTransaction,
    BaseTransaction,
    CommitMode,
    IsolationLevel,
    Transaction,
    TransactionState,
    atransaction,
    get_transaction,
    transaction,
)

# fmt: off
__all__ = ["AsyncTransaction", "BaseTransaction", "CommitMode", "IsolationLevel", "Transaction", "TransactionState",
           "atransaction", "get_transaction", "transaction"]
