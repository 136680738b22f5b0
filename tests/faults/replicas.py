"""Three replicas on one PostgreSQL, one of them killed every ten seconds under load: `python -m tests.faults.replicas`.

Flows of the engine and clients of the API work through a balancer, for three minutes by default. Then every record that was
acknowledged has to be there, every decision has to have been made once, no limit may ever have been exceeded, and no
client may have been told of an error of the server.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.faults import outages
from tests.faults.outages import Load
from tests.faults.processes import start
from tests.faults.proxies import Proxy
from tests.faults.servers import ServerProcess
from tests.server.support import new_database
from tests.support import postgres

REPLICAS = 3
SLOTS = 2
LATE = 20
"""Runs that wait for nobody, and are to be marked late once each."""


@dataclass(frozen=True)
class Story:
    """What runs, for how long, and how often a replica dies."""

    seconds: float = 180.0
    every: float = 10.0
    load: Load = field(default_factory=lambda: Load(flows=3, tasks=150, lines=3, seconds=1.0))
    contenders: int = 3


@dataclass
class Told:
    """What the clients of the API were told."""

    made: set[UUID] = field(default_factory=set)
    claimed: Counter[UUID] = field(default_factory=Counter)
    finished: set[UUID] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    most_held: int = 0
    """Slots that were held at one moment, as the database had them."""

    def add(self, output: str) -> None:
        """What one of them said."""
        for line in output.splitlines():
            said = json.loads(line)
            for name in ("made", "finished"):
                if name in said:
                    getattr(self, name).add(UUID(said[name]))
            if "claimed" in said:
                self.claimed[UUID(said["claimed"])] += 1
            if "failed" in said:
                self.failed.append(line)


Rows = Callable[[str], list[tuple[Any, ...]]]


@contextmanager
def replicas(home: Path, database: str, count: int = REPLICAS) -> Iterator[list[ServerProcess]]:
    """So many servers with one key and one database."""
    soon = {"PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "2"}
    made = [ServerProcess(home, database, **soon) for _ in range(count)]
    try:
        for server in made:
            server.log = home / f"{server.port}.log"
            server.start()
        yield made
    finally:
        for server in made:
            server.stop()


@contextmanager
def watching_slots(told: Told, rows: Rows) -> Iterator[None]:
    """Look all the time how many slots are held. (What history says of that has the moments at which it was asked for.)"""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            held = rows(
                "SELECT COALESCE(MAX(held), 0) FROM (SELECT SUM(occupy) AS held FROM concurrency_slot GROUP BY limit_id) x"
            )
            told.most_held = max(told.most_held, int(held[0][0]))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def tell(
    story: Story, servers: Sequence[ServerProcess], rows: Rows, home: Path, chance: random.Random, mark: str
) -> Told:
    """Run everything while replicas die; what the clients of the API were told."""
    told = Told()
    with Proxy([server.port for server in servers]) as balancer, watching_slots(told, rows):
        api = f"http://127.0.0.1:{balancer.port}/api"
        _prepare(api, mark)
        notes = [home / f"contender{number}.txt" for number in range(story.contenders)]
        contenders = [
            start(
                "contender",
                str(story.seconds),
                mark,
                str(number),
                str(path),
                home=home / f"client-{number}",
                PREFECT_API_URL=api,
            )
            for number, path in enumerate(notes)
        ]
        try:
            outages.run_through(story.load, api, home, lambda: _kill_in_turn(story, servers, chance))
            for process in contenders:
                output, _ = process.communicate(timeout=story.seconds + 120)
                assert process.returncode == 0, output[-3000:]
        finally:
            _end_all(contenders)
        for path in notes:
            told.add(path.read_text())
    return told


def _end_all(processes: Sequence[subprocess.Popen[str]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _prepare(api: str, mark: str) -> None:
    """A limit for the contenders, and runs that only get late."""
    import httpx

    with httpx.Client(base_url=api, timeout=30) as client:
        client.post("/v2/concurrency_limits/", json={"name": f"limit-{mark}", "limit": SLOTS}).raise_for_status()
        flow_id = client.post("/flows/", json={"name": "late"}).raise_for_status().json()["id"]
        for number in range(LATE):
            body = {"name": f"late {number}", "flow_id": flow_id, "state": {"type": "SCHEDULED"}}
            client.post("/flow_runs/", json=body).raise_for_status()


def _kill_in_turn(story: Story, servers: Sequence[ServerProcess], chance: random.Random) -> None:
    """Kill one replica at a time, and start it again soon."""
    ends = time.monotonic() + story.seconds
    while time.monotonic() + story.every < ends:
        time.sleep(story.every * chance.uniform(0.6, 1.0))
        victim = chance.choice(list(servers))
        victim.kill()
        time.sleep(chance.uniform(0.0, 0.3) * story.every)
        victim.start()


# --- what has to be so


def check(story: Story, told: Told, rows: Rows, mark: str) -> list[str]:
    """What is lost, was decided twice, or went beyond a limit; empty if all is well."""
    problems = [f"a client was told {line}" for line in told.failed]
    problems += _check_engine(story.load, rows)
    stored = {UUID(bytes=row[0]) for row in rows(f"SELECT id FROM flow_run WHERE name LIKE '{mark} %'")}
    problems += [f"acknowledged but not there: {run_id}" for run_id in told.made - stored]
    problems += [f"made but acknowledged to nobody: {run_id}" for run_id in stored - told.made]
    problems += [f"claimed by {count}: {run_id}" for run_id, count in told.claimed.items() if count > 1]
    problems += [f"never finished: {run_id}" for run_id in stored - told.finished]
    problems += _check_histories(rows, mark)
    problems += _check_lateness(rows)
    if told.most_held > SLOTS:
        problems.append(f"{told.most_held} slots were held at once, of {SLOTS}")
    problems += _check_events(rows)
    return problems


def _check_engine(load: Load, rows: Rows) -> list[str]:
    def of_engine(sql: str) -> list[tuple[Any, ...]]:
        only = "flow_id = (SELECT id FROM flow WHERE name = 'chatty')"
        return rows(sql.replace("FROM flow_run GROUP", f"FROM flow_run WHERE {only} GROUP"))

    return outages.check(load, of_engine)


def _check_histories(rows: Rows, mark: str) -> list[str]:
    """Each contended run went through each state once, in order and without a gap; being late does not count."""
    histories: dict[UUID, list[tuple[int, str]]] = {}
    found = rows(
        "SELECT s.flow_run_id, s.sequence, s.name FROM flow_run_state s JOIN flow_run r ON r.id = s.flow_run_id"
        f" WHERE r.name LIKE '{mark} %' ORDER BY s.flow_run_id, s.sequence"
    )
    for run_id, sequence, name in found:
        histories.setdefault(UUID(bytes=run_id), []).append((sequence, name))
    wanted = ["Scheduled", "Pending", "Running", "Cancelled"]
    problems = []
    for run_id, history in histories.items():
        names = [name for _, name in history if name != "Late"]
        if names != wanted or [sequence for sequence, _ in history] != list(range(len(history))):
            problems.append(f"history of {run_id}: {history}")
    return problems


def _check_lateness(rows: Rows) -> list[str]:
    """Three replicas look for late runs; each run is marked once."""
    marked = rows(
        "SELECT count(s.id) FROM flow_run r LEFT JOIN flow_run_state s ON s.flow_run_id = r.id AND s.name = 'Late'"
        " WHERE r.name LIKE 'late %' GROUP BY r.id"
    )
    counted = Counter(row[0] for row in marked)
    return [] if counted == Counter({1: LATE}) else [f"how often runs were marked late: {dict(counted)}"]


def _check_events(rows: Rows) -> list[str]:
    """Each state of a flow run left one event."""
    states = rows("SELECT count(*) FROM flow_run_state")
    events = rows(
        "SELECT count(*), count(DISTINCT id) FROM event WHERE name LIKE 'prefect.flow-run.%' AND name NOT LIKE '%heartbeat'"
    )
    return [] if events == [(states[0][0], states[0][0])] else [f"{states[0][0]} states and {events[0]} events"]


def rows_of(database: str) -> Rows:
    """Reads the database as a stranger would."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(database) as connection:
            return connection.execute(sql.replace("%", "%%").encode()).fetchall()

    return rows


def main() -> int:
    """Tell the story from the command line; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=Story.seconds)
    parser.add_argument("--every", type=float, default=Story.every, help="seconds between two deaths")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1 << 30)
    print(f"seed {seed}", flush=True)
    binaries = postgres.find_binaries()
    if binaries is None:
        print("PostgreSQL's binaries are not installed.")
        return 2
    tasks = round(options.seconds * 0.8)
    story = Story(options.seconds, options.every, Load(flows=3, tasks=tasks, lines=3, seconds=1.0))
    home, mark = Path(tempfile.mkdtemp(prefix="headrace-replicas-")), uuid4().hex[:8]
    with postgres.server(binaries) as url:
        database = new_database(url)
        with replicas(home / "servers", database) as servers:
            told = tell(story, servers, rows_of(database), home, random.Random(seed), mark)
        problems = check(story, told, rows_of(database), mark)
        pace = rows_of(database)(
            "SELECT (created - (SELECT MIN(created) FROM flow_run)) / 10000000, count(*) FROM flow_run GROUP BY 1 ORDER BY 1"
        )
    print("runs made in each ten seconds:", [count for _, count in pace])
    print(f"{len(told.made)} runs made and {len(told.finished)} finished by clients, {story.load.flows * tasks} tasks")
    print(f"most slots held at once: {told.most_held} of {SLOTS}")
    print("\n".join(problems) if problems else "nothing lost, nothing decided twice")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
