"""Moments as integers: microseconds since 1970 in UTC, which is how they are stored, compared and subtracted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
LATEST = 253_402_300_799_000_000
"""The last second of the year 9999."""
_MICROSECOND = timedelta(microseconds=1)


def to_datetime(micros: int) -> datetime:
    """The aware UTC datetime of a moment."""
    return EPOCH + timedelta(microseconds=micros)


def to_micros(moment: datetime) -> int:
    """The moment of a datetime; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // _MICROSECOND
