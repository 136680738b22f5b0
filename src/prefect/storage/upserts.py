"""Writing the journal's rows: folded, and merged into what is there by one statement of either dialect."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from prefect.core.journal import LEDGERS, Draft, Ledger, Row, fold

logger = logging.getLogger("prefect.storage")


def write_rows(upsert: Callable[[Ledger, Sequence[Row]], None], rows: dict[str, list[Row | Draft]]) -> None:
    """Write and forget the rows gathered by table."""
    for table, gathered in rows.items():
        upsert(LEDGERS[table], folded(table, gathered))
    rows.clear()


def folded(table: str, rows: Sequence[Row | Draft]) -> Sequence[Row]:
    """The rows that matter, without those that cannot be made."""
    try:
        return fold(table, rows)
    except Exception as error:
        if len(rows) > 1:
            return [made for row in rows for made in folded(table, (row,))]
        logger.error("A %s entry cannot be made and is left out: %r", table, error)
        return ()


def insertion(ledger: Ledger) -> str:
    """The beginning of the statement that inserts rows: up to what they are."""
    return f'INSERT INTO "{ledger.table}" ({", ".join(quoted(ledger.columns))}) '


def merging(ledger: Ledger) -> str:
    """The end of that statement: what happens to a row that is there already."""
    conflict = "DO NOTHING"
    if ledger.newest_by is not None:
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in ledger.updated)
        order = f'excluded."{ledger.newest_by}" > "{ledger.table}"."{ledger.newest_by}"'
        if ledger.fenced_by is not None:
            ours, theirs = f'excluded."{ledger.fenced_by}"', f'"{ledger.table}"."{ledger.fenced_by}"'
            order = f"{ours} > {theirs} OR ({ours} = {theirs} AND {order})"
        conflict = f"DO UPDATE SET {changes} WHERE {order}"
    return f" ON CONFLICT ({', '.join(ledger.key)}) {conflict}"


def quoted(columns: Sequence[str]) -> list[str]:
    """Column names as SQL has them."""
    return [f'"{name}"' for name in columns]
