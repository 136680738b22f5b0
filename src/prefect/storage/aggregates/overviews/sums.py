"""Durations as SQL, in microseconds, up to a moment: how long a run has been running, and how late it began."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, Table, case, literal, type_coerce

from prefect.storage.types import Expression

ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def micros(column: Expression) -> ColumnElement[int]:
    """A moment as a number that can be reckoned with."""
    return type_coerce(column, BigInteger)


def running(table: Table, now: int) -> ColumnElement[int]:
    """How long a run has been running, in all its attempts."""
    since = literal(now, BigInteger) - micros(table.c.state_timestamp)
    return table.c.run_time + case((table.c.state_type == "RUNNING", since), else_=0)


def lateness(table: Table, now: int) -> ColumnElement[int]:
    """How long after its time a run began, or has not begun by now; 0 for one that was early or never began."""
    due, began = micros(table.c.expected_start_time), micros(table.c.start_time)
    moment = literal(now, BigInteger)
    return case(
        (began > due, began - due),
        (began.is_not(None) | table.c.state_type.in_(ENDED), 0),
        (due < moment, moment - due),
        else_=0,
    )
