"""Kinds of values: how each is read from text or from TOML, written back, and described to a person.

A kind is data with two functions. Reading takes whatever a source holds (text from the environment, a native
value from TOML or from code) and returns the typed value or raises ValueError; reading an already typed value
returns it unchanged. `accepts` completes the sentence "expected ...". Nothing here knows settings by name.

Durations are read from a number of seconds (also as text), from ISO 8601 (`P1DT2H`, `PT90S`, `P1W`) and in
clock form with days (`02:30`, `1:00:00.5`, `3d`, `7 days, 0:00:00`: what `str(timedelta)` prints); they are
written as ISO 8601. Negative ones make no sense for any setting and are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

MASK = "********"
TRUE_WORDS = ("true", "1", "yes", "on", "t", "y")
FALSE_WORDS = ("false", "0", "no", "off", "f", "n")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class SecretStr:
    """Text that prints as asterisks; `get_secret_value()` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._value

    def __str__(self) -> str:
        return "**********" if self._value else ""

    def __repr__(self) -> str:
        return f"SecretStr({str(self)!r})"

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class Kind(Generic[T]):
    """A kind of value.

    `name` is its Python type for people, `accepts` what may be written, `read` makes a value of it
    (ValueError if it can't), `write` turns a value into the text that reads as the same value.
    """

    __slots__ = ("accepts", "name", "read", "write")

    def __init__(self, name: str, accepts: str, read: Callable[[object], T], write: Callable[[T], str] = str) -> None:
        self.name = name
        self.accepts = accepts
        self.read = read
        self.write = write


def optional(kind: Kind[T]) -> Kind[T | None]:
    """The same kind, where None is a value too."""

    def read(raw: object) -> T | None:
        return None if raw is None else kind.read(raw)

    def write(value: T | None) -> str:
        return "" if value is None else kind.write(value)

    return Kind(f"{kind.name} | None", kind.accepts, read, write)


def integer(*, at_least: int | None = None, at_most: int | None = None, above: int | None = None) -> Kind[int]:
    """Whole numbers within bounds; `above` excludes its bound."""

    def read(raw: object) -> int:
        return _bounded(_whole_number(raw), at_least, at_most, above)

    return Kind("int", "a whole number" + _bounds(at_least, at_most, above), read)


def number(*, at_least: float | None = None, at_most: float | None = None, above: float | None = None) -> Kind[float]:
    """Real numbers within bounds; `above` excludes its bound. NaN is no number."""

    def read(raw: object) -> float:
        if not isinstance(raw, str | int | float):
            raise ValueError(raw)
        value = float(raw)
        if value != value:
            raise ValueError(raw)
        return _bounded(value, at_least, at_most, above)

    return Kind("float", "a number" + _bounds(at_least, at_most, above), read)


def choice(*words: str, fold: bool = False) -> Kind[str]:
    """One of the words given; with `fold`, in any case."""

    def read(raw: object) -> str:
        word = read_text(raw).upper() if fold else read_text(raw)
        if word not in words:
            raise ValueError(raw)
        return word

    return Kind("str", f"one of {', '.join(words)}", read)


def read_text(raw: object) -> str:
    """Text as it is; anything else is refused."""
    if not isinstance(raw, str):
        raise ValueError(raw)
    return raw


def read_bool(raw: object) -> bool:
    """Truth as people write it: true/false, yes/no, on/off, 1/0, t/f, y/n."""
    word = raw.strip().lower() if isinstance(raw, str) else raw
    if word in TRUE_WORDS or word in (True, 1):
        return True
    if word in FALSE_WORDS or word in (False, 0):
        return False
    raise ValueError(raw)


def read_path(raw: object) -> Path:
    """A path with `~` expanded; an empty one is refused, as it would silently mean the working directory."""
    if not isinstance(raw, str | Path) or not str(raw):
        raise ValueError(raw)
    return Path(os.path.expanduser(raw))


def read_secret(raw: object) -> SecretStr:
    """Text wrapped so that it doesn't print."""
    return raw if isinstance(raw, SecretStr) else SecretStr(read_text(raw))


def read_json(text: str) -> object:
    """What the JSON text holds. The parser is loaded late: few settings are written in JSON."""
    import json

    value: object = json.loads(text)
    return value


def write_json(value: object) -> str:
    """The value as JSON, its text unescaped."""
    import json

    return json.dumps(value, ensure_ascii=False)


def _whole_number(raw: object) -> int:
    if isinstance(raw, str) and "." not in raw:
        return int(raw)
    if not isinstance(raw, str | int | float):
        raise ValueError(raw)
    value = float(raw) if isinstance(raw, str) else raw
    if value % 1:
        raise ValueError(raw)
    return int(value)


N = TypeVar("N", int, float)


def _bounded(value: N, at_least: N | None, at_most: N | None, above: N | None) -> N:
    too_small = (at_least is not None and value < at_least) or (above is not None and value <= above)
    if too_small or (at_most is not None and value > at_most):
        raise ValueError(value)
    return value


def _bounds(at_least: float | None, at_most: float | None, above: float | None) -> str:
    if at_least is not None and at_most is not None:
        return f" between {at_least} and {at_most}"
    if at_least is not None:
        return f", {at_least} or more"
    return f" above {above}" if above is not None else ""


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


BOOL = Kind("bool", "true or false (also yes/no, on/off, 1/0)", read_bool)
TEXT = Kind("str", "text", read_text)
SECRET: Kind[SecretStr] = Kind("SecretStr", "text", read_secret, SecretStr.get_secret_value)
PATH = Kind("Path", "a path", read_path)
LEVEL = choice(*LOG_LEVELS, fold=True)
PORT = integer(at_least=0, at_most=65535)
DURATION: Kind[timedelta] = Kind(
    "timedelta",
    'a duration: seconds, "PT1H30M", "1 day", "02:30:00" or "7 days, 0:00:00"',
    parse_duration,
    format_duration,
)
OPTIONAL_TEXT = optional(TEXT)
OPTIONAL_SECRET = optional(SECRET)
OPTIONAL_BOOL = optional(BOOL)
