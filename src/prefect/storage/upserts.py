"""Writing the journal's rows: folded, and merged into what is there by one statement of either dialect."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from prefect.core.journal import LEDGERS, TASK_RUN_STATE, Draft, Ledger, Moves, Row, fold
from prefect.storage.transaction import Append

logger = logging.getLogger("prefect.storage")


def gatherer(rows: dict[str, list[Row | Draft]]) -> Append:
    """What adds entries to the rows gathered by table."""

    def append(table: str, row: Row | Draft | Moves) -> None:
        if isinstance(row, Moves):
            rows.setdefault(TASK_RUN_STATE, []).extend(row.states)
            row = row.run
        gathered = rows.get(table)
        if gathered is None:
            gathered = rows[table] = []
        gathered.append(row)

    return append


def write_rows(upsert: Callable[[Ledger, Sequence[Row]], None], rows: dict[str, list[Row | Draft]]) -> None:
    """Write and forget the rows gathered by table, the tables in an order that is always the same."""
    for table in sorted(rows):
        upsert(LEDGERS[table], folded(table, rows[table]))
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
