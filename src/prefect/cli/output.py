"""What the command line shows: JSON for programs, tables for people, one line for an error.

Whatever comes from the record is other people's text. Control characters in it are shown as escapes, so that a log line
cannot move the cursor, change the title or forge other lines. Rich is loaded when the first table is shown.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import click

from prefect.settings.runtime import environment_value

if TYPE_CHECKING:
    from rich.console import Console

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_CONTROLS |= {0x0A: "\n", 0x09: "\t"}
_BIDIRECTIONAL = {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)}
_BLOCK = {**_CONTROLS, **_BIDIRECTIONAL}
_LINE = {**_BLOCK, 0x0A: "\\n", 0x09: "\\t"}

WIDTH_WITHOUT_TERMINAL = 160
STATE_COLORS = {
    "COMPLETED": "green", "FAILED": "red", "CRASHED": "dark_orange", "RUNNING": "blue", "PENDING": "bright_black",
    "SCHEDULED": "yellow", "CANCELLED": "bright_black", "CANCELLING": "bright_black", "PAUSED": "yellow",
}  # fmt: skip


def escape(text: object, lines: bool = False) -> str:
    """Text with its control characters made visible; with `lines`, line feeds and tabs stay."""
    return str(text).translate(_BLOCK if lines else _LINE)


def fail(message: str) -> NoReturn:
    """End the command with one line on stderr and exit code 1."""
    raise click.ClickException(message)


def say(text: str = "") -> None:
    """Print one line, or several; control characters in them are escaped."""
    click.echo(escape(text, lines=True))


def show_json(document: object) -> None:
    """Print a document as JSON, nothing else."""
    click.echo(json.dumps(document, indent=2, default=plain, ensure_ascii=not _speaks_unicode()))


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def plain(value: object) -> object:
    """A value of the record as JSON has it: ids and moments as text, durations in seconds."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.hex() if isinstance(value, bytes) else str(value)


def console() -> Console:
    """The terminal, or a wide page where the output goes into a file or pipe."""
    from rich.console import Console

    given = environment_value("COLUMNS") or ""
    width = None if sys.stdout.isatty() or given.isdigit() else WIDTH_WITHOUT_TERMINAL
    return Console(width=width, soft_wrap=False, highlight=False, markup=False, emoji=False)


def show_table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[object]], whole: int = 1) -> None:
    """Print a table; columns named State are coloured by the type of state, the first `whole` ones never cut."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for number, name in enumerate(columns):
        table.add_column(name, no_wrap=number < whole, overflow="fold")
    for row in rows:
        cells = [Text(escape("" if cell is None else cell)) for cell in row]
        for name, cell in zip(columns, cells, strict=True):
            if name == "State":
                cell.stylize(STATE_COLORS.get(cell.plain.split(" ")[0].upper(), ""))
        table.add_row(*cells)
    console().print(table)


def show_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names and values in two columns; None is left out."""
    shown = [(name, value) for name, value in facts if value is not None and value != ""]
    width = max((len(name) for name, _ in shown), default=0)
    room = max(shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns - width - 2, 20)
    for name, value in shown:
        text = escape(value)
        click.echo(
            f"{name:<{width}}  {text if len(text) <= room or not sys.stdout.isatty() else text[: room - 1] + '…'}"
        )


# --- times


def ago(moment: object, now: datetime) -> str:
    """How long ago, or how soon, in one unit."""
    if not isinstance(moment, datetime):
        return ""
    seconds = (now - moment).total_seconds()
    return f"{_largest_unit(seconds)} ago" if seconds >= 0 else f"in {_largest_unit(-seconds)}"


def _largest_unit(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "0 seconds"


def duration(seconds: float) -> str:
    """A duration in at most two units, such as `2h 5m`, `3.2s` or `45ms`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms" if seconds >= 0.001 else f"{seconds * 1000:.1f}ms"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (rest, "s")]
    return " ".join([f"{count}{unit}" for count, unit in parts if count][:2])


def local(moment: object) -> str:
    """A moment in the reader's time zone, to the millisecond."""
    if not isinstance(moment, datetime):
        return ""
    return moment.astimezone().isoformat(sep=" ", timespec="milliseconds")[:23]


def compact(value: object) -> str:
    """A JSON value on one line."""
    return json.dumps(value, default=plain, ensure_ascii=False)
