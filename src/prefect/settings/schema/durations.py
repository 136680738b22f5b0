"""Durations as people and other programs write them.

Read are a number of seconds (also as text), ISO 8601 (`P1DT2H`, `PT90S`, `P1W`) and clock form with days
(`02:30`, `1:00:00.5`, `1 day`, `3d`, `7 days, 0:00:00`: what `str(timedelta)` prints). Negative durations
make no sense for any setting and are refused. Written is ISO 8601.
"""

from __future__ import annotations

import re
from datetime import timedelta

ISO_8601 = (
    r"P(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
CLOCK = (
    r"(?:(?P<days>\d+)\s*d(?:ays?)?)?(?:,?\s*)"
    r"(?:(?P<hours>\d+):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d(?:\.\d+)?))?)?"
)


def parse_duration(raw: object) -> timedelta:
    """The duration that a number or text stands for.

    Raises ValueError if it stands for none, or is negative.
    """
    try:
        duration = _read(raw)
    except OverflowError:
        raise ValueError(raw) from None
    if duration < timedelta(0):
        raise ValueError(raw)
    return duration


def _read(raw: object) -> timedelta:
    if isinstance(raw, timedelta):
        return raw
    if isinstance(raw, int | float):
        return timedelta(seconds=raw)
    if not isinstance(raw, str):
        raise ValueError(raw)
    text = raw.strip()
    by_pattern = _by_pattern(text)
    return timedelta(seconds=float(text)) if by_pattern is None else by_pattern


def _by_pattern(text: str) -> timedelta | None:
    """By ISO 8601 or the clock; None if neither names a single unit, which leaves plain numbers."""
    match = re.fullmatch(ISO_8601, text.upper()) or re.fullmatch(CLOCK, text.lower())
    units = {unit: float(count) for unit, count in match.groupdict().items() if count} if match else {}
    return timedelta(**units) if units else None


def format_duration(duration: timedelta) -> str:
    """The duration as ISO 8601, with days, hours, minutes and seconds: `P1DT2H`, `PT0S`."""
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{duration.microseconds:06d}".rstrip("0") if duration.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    day = f"{duration.days}D" if duration.days else ""
    if not day and not clock:
        return "PT0S"
    return f"P{day}T{clock}" if clock else f"P{day}"
