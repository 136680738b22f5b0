"""Where the microseconds of one sequential task go: `python -m benchmarks.profile_task`.

Three views of `scenarios/sequential`, ours only:

1. *Variants*: the same run with one thing switched off (log lines in the record, all log lines, garbage
   collector), each in a process of its own; the difference is what that thing costs. Beside them the floor: as
   many rows put into SQLite by hand, in durable groups.
2. *Threads*: processor time of each thread while the tasks run; what the writer thread takes competes for the
   interpreter lock with the caller.
3. *Functions*: cProfile of the calling thread, by room of the package and by function. The profiler makes
   calls several times dearer; read shares, not microseconds.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.measure import COUNT, WARM_UP, recorded, settled_rows
from benchmarks.peers import ROOT, ours

STAGE = "HEADRACE_BENCH_STAGE"
FLOOR_ROWS = 5
FLOOR_ROW_BYTES = 200
FLOOR_GROUP = 500
FLOOR_SETUP = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "CREATE TABLE entry (id BLOB PRIMARY KEY, kind TEXT, body TEXT) WITHOUT ROWID",
)
# Name, environment, the stage to run.
VARIANTS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("as it is", {}, "variant"),
    ("no log lines kept", {"PREFECT_LOGGING_TO_API_ENABLED": "false"}, "variant"),
    ("log level ERROR: no lines at all", {"PREFECT_LOGGING_LEVEL": "ERROR"}, "variant"),
    ("garbage collector off", {}, "without-gc"),
)


def main() -> None:
    """Print the three views."""
    options = _options()
    print(f"{options.count:,} tasks, medians of {options.repeats}, µs per task\n")
    _print_variants(options.count, options.repeats)
    _print_threads(_child("threads", {}, options.count))
    _print_functions(_child("functions", {}, min(options.count, 5_000)), options.top)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_task", description="Profile one task.")
    parser.add_argument("--count", type=int, default=10_000, help="tasks in a run; default 10,000")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each variant; default 3")
    parser.add_argument("--top", type=int, default=25, help="functions to show; default 25")
    return parser.parse_args()


# --- the parent: start processes, print


def _child(stage: str, variables: dict[str, str], count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="headrace-profile-", ignore_cleanup_errors=True) as place:
        answer = Path(place) / "answer.json"
        environment = ours().environment(Path(place)) | variables
        environment |= {
            STAGE: stage,
            "HEADRACE_BENCH_COUNT": str(count),
            "HEADRACE_BENCH_ANSWER": str(answer),
        }
        command = [sys.executable, "-m", "benchmarks.profile_task"]
        with (Path(place) / "output.txt").open("w+") as output:
            if subprocess.run(command, env=environment, cwd=ROOT, stdout=output, stderr=output, check=False).returncode:
                output.seek(0)
                raise SystemExit(output.read()[-3000:])
        return dict(json.loads(answer.read_text()))


def _print_variants(count: int, repeats: int) -> None:
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(repeats):
        for name, variables, stage in VARIANTS:
            answer = _child(stage, variables, count)
            taken[name].append(float(str(answer["seconds"])))
        taken["floor: the same rows into SQLite by hand"].append(_floor(count))
    whole = median(taken["as it is"])
    for name, seconds in taken.items():
        each, less = median(seconds) / count * 1e6, (whole - median(seconds)) / count * 1e6
        print(f"{each:8.1f}   {'' if name == 'as it is' else f'{-less:+8.1f}':>8}   {name}")


def _print_threads(answer: dict[str, object]) -> None:
    print(f"\nprocessor time by thread, µs per task (of {answer['elapsed']:.1f} elapsed)\n")
    threads = answer["threads"]
    assert isinstance(threads, dict)
    for name, micros in sorted(threads.items(), key=lambda item: -item[1]):
        print(f"{micros:8.1f}   {name}")


def _print_functions(answer: dict[str, object], top: int) -> None:
    rooms, functions = answer["rooms"], answer["functions"]
    assert isinstance(rooms, dict)
    assert isinstance(functions, list)
    print("\nown time by room, share of the profiled thread\n")
    for room, share in sorted(rooms.items(), key=lambda item: -item[1]):
        print(f"{share:8.1%}   {room}")
    print(f"\nown time by function, the first {top}: share, calls per task\n")
    for share, calls, name in functions[:top]:
        print(f"{share:8.1%}  {calls:6.1f}   {name}")


# --- the child: one run


def _run_stage(stage: str) -> None:
    from benchmarks.scenarios.sequential import many

    many(WARM_UP)
    before = settled_rows()
    if stage == "without-gc":
        gc.disable()
    profile = cProfile.Profile(time.perf_counter) if stage == "functions" else None
    cpu = _thread_seconds()
    span = many(COUNT) if profile is None else profile.runcall(many, COUNT)
    seconds = recorded(span, before, {"flow_run": 1, "task_run": COUNT, "task_run_state": 3 * COUNT})
    answer: dict[str, object] = {"seconds": seconds}
    if stage == "threads":
        used = {name: (spent - cpu.get(name, 0.0)) / COUNT * 1e6 for name, spent in _thread_seconds().items()}
        answer |= {"threads": used, "elapsed": seconds / COUNT * 1e6}
    if profile is not None:
        answer |= _shares(profile, COUNT)
    Path(os.environ["HEADRACE_BENCH_ANSWER"]).write_text(json.dumps(answer))


def _thread_seconds() -> dict[str, float]:
    """Processor seconds of each living thread, user and system."""
    tick = os.sysconf("SC_CLK_TCK")
    spent = {}
    for thread in threading.enumerate():
        path = Path(f"/proc/self/task/{thread.native_id}/stat")
        if path.exists():
            fields = path.read_text().rpartition(")")[2].split()
            spent[thread.name] = (int(fields[11]) + int(fields[12])) / tick
    return spent


def _shares(profile: cProfile.Profile, count: int) -> dict[str, object]:
    profile.create_stats()
    total = sum(own for _, _, own, _, _ in profile.stats.values())
    rooms: dict[str, float] = defaultdict(float)
    functions = []
    for (file, line, name), (_, calls, own, _, _) in profile.stats.items():
        place = _place(file)
        rooms[place.rpartition("/")[0] or place] += own / total
        functions.append((own / total, calls / count, f"{place}:{line} {name}" if line else name))
    return {"rooms": rooms, "functions": sorted(functions, reverse=True)[:100]}


def _place(file: str) -> str:
    package = str(ROOT / "src" / "prefect") + os.sep
    if file.startswith(package):
        return "prefect/" + file.removeprefix(package)
    return "builtin" if file == "~" else f"python/{Path(file).name}"


def _floor(count: int) -> float:
    """Seconds for as many rows as that many tasks leave: a run, three states and a log line each."""
    with (
        tempfile.TemporaryDirectory(prefix="headrace-profile-") as place,
        closing(sqlite3.connect(Path(place) / "floor.db", isolation_level=None)) as database,
    ):
        return _fill(database, count * FLOOR_ROWS)


def _fill(database: sqlite3.Connection, count: int) -> float:
    for statement in FLOOR_SETUP:
        database.execute(statement)
    started = time.perf_counter()
    for first in range(0, count, FLOOR_GROUP):
        keys = range(first, min(first + FLOOR_GROUP, count))
        rows = ((key.to_bytes(16, "big"), "state", "x" * FLOOR_ROW_BYTES) for key in keys)
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
        database.execute("COMMIT")
    return time.perf_counter() - started


if __name__ == "__main__":
    if os.environ.get(STAGE):
        _run_stage(os.environ[STAGE])
    else:
        main()
