"""The names that the blocks use but do not define: an export to read, a warehouse, an HTTP API, a costly step."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

TRANSACTIONS = [
    {"date": "2026-01-05", "account": "4000", "amount": "1250.00"},
    {"date": "2026-01-06", "account": "5000", "amount": "-310.50"},
    {"date": "2026-01-07", "account": "4000", "amount": "99.95"},
]


def write_export(folder: Path) -> None:
    """Put `sage_export.csv` into a folder, where the blocks look for it."""
    pd.DataFrame(TRANSACTIONS).to_csv(folder / "sage_export.csv", index=False)


def open_warehouse(folder: Path) -> sqlite3.Connection:
    """The blocks' `engine`: a SQLite file in the folder. Task runs share it, so it may cross threads."""
    return sqlite3.connect(folder / "warehouse.db", check_same_thread=False)


def requests_stub() -> SimpleNamespace:
    """The blocks' `requests`: `get` answers any address with the transactions, and `asked` lists the addresses."""
    asked: list[str] = []

    def get(address: str) -> SimpleNamespace:
        asked.append(address)
        return SimpleNamespace(raise_for_status=lambda: None, json=lambda: list(TRANSACTIONS))

    return SimpleNamespace(get=get, asked=asked)


def expensive_transform(data: list[dict[str, Any]]) -> pd.DataFrame:
    """The blocks' costly step; it prints a line, so that a cache hit can be told from work done."""
    print(f"transforming {len(data)} transactions")
    return pd.DataFrame(data)


def namespace(folder: Path, costly: Callable[..., pd.DataFrame] = expensive_transform) -> dict[str, Any]:
    """Everything the blocks leave open, by name."""
    write_export(folder)
    return {
        "__name__": "seed",
        "engine": open_warehouse(folder),
        "requests": requests_stub(),
        "expensive_transform": costly,
        "logger": logging.getLogger("seed"),
    }
