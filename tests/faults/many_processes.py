"""Many processes run flows on one SQLite file at once: `python -m tests.faults.many_processes --processes 20 --tasks 500`."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.processes import start
from tests.faults.record import Record

TROUBLE = re.compile(r"locked|busy|Traceback|prefect\.storage|Error", re.IGNORECASE)


def crowd(home: Path, processes: int, tasks: int) -> None:
    """Run them all and compare the record with what they did."""
    running = [start("crowd", str(tasks), home=home, PREFECT_LOGGING_LEVEL="WARNING") for _ in range(processes)]
    said = [process.communicate(timeout=600)[0] for process in running]
    assert [process.returncode for process in running] == [0] * processes, said
    troubled = [line for output in said for line in output.splitlines() if TROUBLE.search(line)]
    assert troubled == []
    check(Record(home), processes, tasks)


def check(record: Record, processes: int, tasks: int) -> None:
    """Exactly what was run is on record, once."""
    assert record.contradictions() == []
    assert record.rows("SELECT state_type, count(*) FROM flow_run GROUP BY 1") == [("COMPLETED", processes)]
    total = processes * tasks
    assert record.rows("SELECT state_type, count(*) FROM task_run GROUP BY 1") == [("COMPLETED", total)]
    moves = record.rows("SELECT type, count(*) FROM task_run_state GROUP BY 1 ORDER BY 1")
    assert moves == [("COMPLETED", total), ("PENDING", total), ("RUNNING", total)]
    each = record.rows("SELECT DISTINCT count(*) FROM task_run GROUP BY flow_run_id")
    assert each == [(tasks,)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headrace-crowd-") as folder:
        began = time.monotonic()
        crowd(Path(folder) / "home", options.processes, options.tasks)
        took = time.monotonic() - began
    total = options.processes * options.tasks
    print(f"{options.processes} processes x {options.tasks} tasks: all on record, {total / took:.0f} tasks/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
