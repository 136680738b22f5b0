"""What a scenario uses to measure itself. Imported under both interpreters, so it needs nothing but Python.

A scenario runs in a process of its own, with a `PREFECT_HOME` of its own. It does a small warm-up run first
(imports, threads, the database or the temporary server), notes how many rows the record holds, and then takes
its time. For Headrace the clock stops when the record is complete: all rows that must be there are committed
and seen by a second, read-only connection. For Prefect it stops with the last statement of the flow, before
the run is closed, unless the scenario asks for the record.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

TABLES = ("flow_run", "task_run", "task_run_state", "log")
OURS = os.environ.get("HEADRACE_BENCH_PEER") == "headrace"
COUNT = int(os.environ.get("HEADRACE_BENCH_COUNT", "100"))
WARM_UP = 10
PATIENCE_SECONDS = 120.0

# When the first and the last statement of a flow's body were executed.
Span = tuple[float, float]

now = time.perf_counter
_home = Path(os.environ.get("HEADRACE_BENCH_RECORD") or os.environ.get("PREFECT_HOME", "."))
_totals: dict[str, int] = {}


def rows(home: Path = _home) -> dict[str, int]:
    """How many rows each table of the record holds, as another process would see it."""
    with closing(sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True, timeout=30)) as record:
        return {table: record.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def settled_rows() -> dict[str, int]:
    """The rows of the record once it has been still for a tenth of a second: where a measurement starts."""
    found = rows()
    while True:
        time.sleep(0.1)
        earlier, found = found, rows()
        if earlier == found:
            return found


def recorded(span: Span, before: Mapping[str, int], added: Mapping[str, int], both: bool = False) -> float:
    """Seconds from the start of `span` until `added` rows more than `before` are in the record.

    Under Prefect the seconds of `span` alone, unless `both`. Raises RuntimeError if rows are missing after
    `PATIENCE_SECONDS`, or if there are more than announced: then something else was measured.
    """
    started, ended = span
    stopped = now()
    if not OURS and not both:
        return ended - started
    wanted = {table: before[table] + count for table, count in added.items()}
    found = rows()
    while any(found[table] < count for table, count in wanted.items()):
        if now() - stopped > PATIENCE_SECONDS:
            raise RuntimeError(f"not on record after {PATIENCE_SECONDS:g} s: wanted {wanted}, found {found}")
        time.sleep(0.001)
        found = rows()
        stopped = now()
    if OURS and any(found[table] != count for table, count in wanted.items()):
        raise RuntimeError(f"the record holds other than it should: wanted {wanted}, found {found}")
    _totals.update(wanted)
    return stopped - started


def memory_bytes() -> int:
    """Resident memory of this process now."""
    return _status_bytes("VmRSS")


def peak_memory_bytes() -> int:
    """The most resident memory this process has had."""
    return _status_bytes("VmHWM")


def _status_bytes(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {name}")


def emit(figures: Mapping[str, float], **facts: Any) -> None:
    """Hand the figures to the process that started this one."""
    answer = {"figures": dict(figures), "facts": facts, "rows": _totals}
    Path(os.environ["HEADRACE_BENCH_ANSWER"]).write_text(json.dumps(answer), encoding="utf-8")
