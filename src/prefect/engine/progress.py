"""One line that tells how far long maps have come, for a person at a terminal.

Runners count; a thread looks at the counts a few times a second and paints them. While the line is shown, the lines that
say that a mapped call has completed are kept from the console; they are recorded all the same.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any, Protocol

from prefect.engine.config import EngineConfig

FROM = 100
"""Mapped calls above which a map is long."""

LOOK_EVERY = 0.2


class Counts(Protocol):
    """What a runner counts."""

    mapped: int
    """Mapped calls submitted."""

    ended: int
    """Calls that have ended."""

    failed: int
    """Those of them that did not complete."""


class _Shown:
    """How many displays there are."""

    count = 0


def is_shown() -> bool:
    """Whether a line of progress stands on the terminal, so that others should be few."""
    return _Shown.count > 0


def wanted(config: EngineConfig) -> bool:
    """Whether somebody is looking: standard error is a terminal, with colours, and INFO is logged."""
    level = logging.getLevelNamesMapping().get(str(config.logging_level).upper(), logging.INFO)
    return config.logging_colors and level <= logging.INFO and sys.stderr.isatty()


class ProgressDisplay:
    """Paints a runner's counts until stopped.

    Args:
        counts: what to look at.
        name: of the task that is mapped.
    """

    def __init__(self, counts: Counts, name: str) -> None:
        self._counts = counts
        self._name = name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._show, name="prefect-progress", daemon=True)
        _Shown.count += 1
        self._thread.start()

    def stop(self) -> None:
        """Paint the last counts and leave the line."""
        if not self._stop.is_set():
            self._stop.set()
            self._thread.join(2)
            _Shown.count -= 1

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns: tuple[Any, ...] = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[failures]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as progress:
            line = progress.add_task(self._name, total=self._counts.mapped, rate="", failures="")
            while not self._stop.wait(LOOK_EVERY):
                self._paint(progress, line)
            self._paint(progress, line)

    def _paint(self, progress: Any, line: Any) -> None:
        counts, elapsed = self._counts, progress.tasks[line].elapsed or LOOK_EVERY
        progress.update(
            line,
            completed=counts.ended,
            total=max(counts.mapped, counts.ended),
            rate=f"{counts.ended / elapsed:,.0f}/s",
            failures=f"[red]{counts.failed} failed" if counts.failed else "",
        )
