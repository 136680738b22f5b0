"""Flows go on while their server dies, is started again, or cannot be reached: `python -m tests.faults.outages`.

Ten flows of 200 tasks with five log lines each run against a server that is killed five times; or whose network is cut for a
minute; or behind a proxy that blocks WebSockets. Then every task run, every transition and every log line has to be on
record, and none of them twice.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.faults.processes import start
from tests.faults.proxies import Proxy
from tests.faults.servers import ServerProcess
from tests.support import postgres

LINES_OF_A_TASK = 1
"""Lines that the engine itself logs of each task, and of each flow."""

LINES_OF_A_FLOW = 2
STATES = ("Pending", "Running", "Completed")


@dataclass(frozen=True)
class Load:
    """What runs."""

    flows: int = 10
    tasks: int = 200
    lines: int = 5
    seconds: float = 0.05
    """That each task takes."""


def run_through(load: Load, api: str, home: Path, disturb: Callable[[], None]) -> None:
    """Run the flows against the API while `disturb` does its work. Each has to end well."""
    arguments = (str(load.tasks), str(load.lines), str(load.seconds))
    running = [
        start("chatty", *arguments, home=home / f"client{number}", PREFECT_API_URL=api, PREFECT_LOGGING_LEVEL="INFO")
        for number in range(load.flows)
    ]
    try:
        disturb()
        for process in running:
            output, _ = process.communicate(timeout=300)
            assert process.returncode == 0, f"a flow ended with {process.returncode}:\n{output[-3000:]}"
            assert f"sum {sum(range(load.tasks))}" in output
    finally:
        for process in running:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
        process.communicate()


def check(load: Load, rows: Callable[[str], list[tuple[Any, ...]]]) -> list[str]:
    """What is missing, or there twice; empty if the record is whole."""
    problems: list[str] = []

    def expect(what: str, found: object, wanted: object) -> None:
        if found != wanted:
            problems.append(f"{what}: {found!r} instead of {wanted!r}")

    tasks = load.flows * load.tasks
    expect("flow runs", rows("SELECT state_name, count(*) FROM flow_run GROUP BY 1"), [("Completed", load.flows)])
    expect("task runs", rows("SELECT state_name, count(*) FROM task_run GROUP BY 1"), [("Completed", tasks)])
    transitions = dict(rows("SELECT name, count(*) FROM task_run_state GROUP BY name"))
    expect("transitions", transitions, dict.fromkeys(STATES, tasks))
    own = Counter(message for (message,) in rows("SELECT message FROM log WHERE message LIKE 'task %'"))
    expect("different lines", len(own), load.tasks * load.lines)
    expect("how often each line", set(own.values()), {load.flows})
    every = tasks * (load.lines + LINES_OF_A_TASK) + load.flows * LINES_OF_A_FLOW
    expect("lines in all", rows("SELECT count(*) FROM log"), [(every,)])
    return problems


def reader(server: ServerProcess, database: str | None) -> Callable[[str], list[tuple[Any, ...]]]:
    """Reads the database as a stranger would."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        if database is None:
            with closing(sqlite3.connect(server.home / "prefect.db", timeout=30)) as connection:
                return connection.execute(sql).fetchall()
        import psycopg

        with psycopg.connect(database) as remote:
            return remote.execute(sql.replace("%", "%%").encode()).fetchall()

    return rows


def killed(load: Load, server: ServerProcess, home: Path, kills: int, chance: random.Random) -> None:
    """The server is killed and started again, so many times, at random."""

    def disturb() -> None:
        longest = load.tasks * load.seconds / kills
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, longest))
            server.kill()
            time.sleep(chance.uniform(0.0, 1.0))
            server.start()

    run_through(load, server.api, home, disturb)


def cut_off(load: Load, server: ServerProcess, home: Path, seconds: float) -> None:
    """The network between flows and server is cut for a while."""
    with Proxy(server.port) as proxy:

        def disturb() -> None:
            _wait_until_begun(server, load.flows)
            proxy.cut()
            time.sleep(seconds)
            proxy.mend()

        run_through(load, f"http://127.0.0.1:{proxy.port}/api", home, disturb)


def _wait_until_begun(server: ServerProcess, flows: int) -> None:
    """What has not begun when the network is cut does not wait as long for it as what has."""
    while int(httpx.post(f"{server.api}/flow_runs/count", timeout=10).text) < flows:
        time.sleep(0.05)


def without_websockets(load: Load, server: ServerProcess, home: Path) -> None:
    """A proxy lets plain HTTP through and nothing else."""
    with Proxy(server.port, websockets=False) as proxy:
        run_through(load, f"http://127.0.0.1:{proxy.port}/api", home, lambda: None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fault", choices=("kill", "cut", "proxy"), default="kill")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--cut", type=float, default=60.0, help="seconds without network")
    parser.add_argument("--flows", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}", flush=True)
    if not options.postgres:
        return _story(options, seed, None)
    binaries = postgres.find_binaries()
    if binaries is None:
        print("PostgreSQL's binaries are not installed.")
        return 2
    with postgres.server(binaries) as url:
        return _story(options, seed, url)


def _story(options: argparse.Namespace, seed: int, database: str | None) -> int:
    home = Path(tempfile.mkdtemp(prefix="headrace-outages-"))
    load, server = Load(flows=options.flows), ServerProcess(home / "server", database)
    server.start()
    began = time.monotonic()
    try:
        if options.fault == "kill":
            killed(load, server, home, options.kills, random.Random(seed))
        elif options.fault == "cut":
            cut_off(load, server, home, options.cut)
        else:
            without_websockets(load, server, home)
    finally:
        server.stop()
    problems = check(load, reader(server, database))
    tasks, lines = load.flows * load.tasks, load.flows * load.tasks * load.lines
    print(f"{options.fault}: {load.flows} flows, {tasks} task runs, {lines} lines in {time.monotonic() - began:.0f} s")
    print("\n".join(problems) if problems else "everything is on record, nothing twice")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
