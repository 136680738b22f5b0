"""The journal: what is recorded of a run as it happens, and how entries fold into the record.

An entry is a row: the name of its table and a tuple of plain values in the order of the columns below. An entry's
key makes it idempotent, so entries may be delivered twice and in any order and the record comes out the same:

    table            key                      delivered again
    task_run         id, sequence             the row with the highest sequence stays, of equals the first
    task_run_state   task_run_id, sequence    nothing
    log              id                       nothing
    artifact         id                       nothing
    event            id                       nothing
    event_resource   event_id, position       nothing

A `task_run` entry is the whole row as of one transition, so that within a batch only the last one of a run needs
writing, and no entry has to be applied on top of another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

Value = str | bytes | int | float | None
Row = tuple[Value, ...]


class Draft(NamedTuple):
    """A row that is made only if it is still wanted when its batch is written.

    Most task runs end in the batch they began in, so the row that shows them running is never needed.
    """

    id: bytes
    rank: int
    """The value of the column that decides which of two entries stays."""

    make: Callable[[], Row]


class Moves(NamedTuple):
    """Transitions of a task run and the run as it is after them, in one entry: what is cut off with a dying process is
    all of it or nothing."""

    states: tuple[Row, ...]
    """Rows of `task_run_state`."""

    run: Row | Draft
    """The row of `task_run`."""


Entry = tuple[str, Row | Draft | Moves]

TASK_RUN = "task_run"
TASK_RUN_STATE = "task_run_state"
LOG = "log"
ARTIFACT = "artifact"
EVENT = "event"
EVENT_RESOURCE = "event_resource"


class Ledger(NamedTuple):
    """How entries of one table are keyed and merged."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    newest_by: str | None = None
    """Column that decides which of two entries of the same key stays; None keeps the first."""

    fenced_by: str | None = None
    """Column whose higher value wins whatever the order: what a superseded attempt still writes is refused."""

    updated: tuple[str, ...] = ()
    """Columns that a newer entry replaces."""


_TASK_RUN_FIXED = (
    "id flow_run_id parent_task_run_id task_name task_key dynamic_key map_index call_key task_version tags labels"
    " task_inputs policy created preview flow_run_run_count"
).split()
_TASK_RUN_CHANGING = (
    "name cache_key cache_expiration attempt run_count sequence state_id state_type state_name state_timestamp"
    " state_message state_details state_data expected_start_time submitted_time start_time end_time run_time updated"
    " result_kind result reused_from failure"
).split()

LEDGERS: dict[str, Ledger] = {
    TASK_RUN: Ledger(
        TASK_RUN,
        (*_TASK_RUN_FIXED, *_TASK_RUN_CHANGING),
        key=("id",),
        newest_by="sequence",
        fenced_by="attempt",
        updated=(*_TASK_RUN_CHANGING, "flow_run_run_count"),
    ),
    TASK_RUN_STATE: Ledger(
        TASK_RUN_STATE,
        tuple("task_run_id sequence id attempt type name timestamp message details data".split()),
        key=("task_run_id", "sequence"),
    ),
    LOG: Ledger(
        LOG,
        tuple("id flow_run_id task_run_id attempt position name level message timestamp".split()),
        key=("id",),
    ),
    ARTIFACT: Ledger(
        ARTIFACT,
        tuple("id key type data description metadata flow_run_id task_run_id created updated".split()),
        key=("id",),
        newest_by="updated",
        updated=("data", "description", "metadata", "updated"),
    ),
    EVENT: Ledger(
        EVENT,
        tuple("id name resource_id resource related payload occurred received follows".split()),
        key=("id",),
    ),
    EVENT_RESOURCE: Ledger(
        EVENT_RESOURCE,
        tuple("event_id position resource_id role labels occurred".split()),
        key=("event_id", "position"),
    ),
}


def fold(table: str, rows: Sequence[Row | Draft]) -> Sequence[Row]:
    """The rows of a batch that matter: of several with one key the newest, of equally new ones the first."""
    ledger = LEDGERS[table]
    if ledger.newest_by is None:
        return cast("Sequence[Row]", rows)  # drafts are made of runs alone, which are folded
    rank = ledger.columns.index(ledger.newest_by)
    newest: dict[Value, Row | Draft] = {}
    ranks: dict[Value, int] = {}
    for row in rows:
        key = row[0]
        own = row.rank if isinstance(row, Draft) else cast("int", row[rank])
        if key not in ranks or ranks[key] < own:
            newest[key] = row
            ranks[key] = own
    return [row.make() if isinstance(row, Draft) else row for row in newest.values()]
