"""Of every ten requests to a server one gets no answer, one 503, one a broken connection: `python -m tests.faults.lost_answers`.

Afterwards the record is the one that an undisturbed server has: no run that nobody knows of, nothing twice, nothing lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.harm import FaultyProxy
from tests.faults.outages import reader
from tests.faults.processes import run
from tests.faults.servers import ServerProcess
from tests.support import postgres

SHARE = 0.1
Rows = Callable[[str], list[tuple[Any, ...]]]


def go_through(server: ServerProcess, home: Path, rounds: int, seed: int, share: float = SHARE) -> FaultyProxy:
    """Run the program behind a proxy that harms requests; it has to end well, and to do each thing once."""
    import httpx

    httpx.post(f"{server.api}/v2/concurrency_limits/", json={"name": "few", "limit": 1}).raise_for_status()
    file = home / "done"
    file.parent.mkdir(parents=True, exist_ok=True)
    with FaultyProxy(server.port, share, seed) as proxy:
        code, output = run(
            "thorough", str(rounds), str(file), home=home, timeout=60,
            PREFECT_API_URL=f"http://127.0.0.1:{proxy.port}/api", PREFECT_CLIENT_MAX_RETRIES="10",
        )  # fmt: skip
    assert code == 0, output[-5000:]
    numbers = [*range(rounds), *range(1000, 1000 + rounds), *range(2000, 2000 + rounds)]
    wanted = [f"work {number}" for number in numbers]
    wanted += [f"flaky {100 + number} {attempt}" for number in range(rounds) for attempt in (1, 2)]
    assert sorted(file.read_text().split("\n")[:-1]) == sorted(wanted)
    return proxy


def check(rounds: int, rows: Rows) -> list[str]:
    """What is not on record as it should be; empty if all is."""
    problems: list[str] = []

    def expect(what: str, wanted: object, sql: str) -> None:
        found = sorted(rows(sql))
        if found != wanted:
            problems.append(f"{what}: {found!r} instead of {wanted!r}")

    runs = [("inner", "Completed", rounds), ("outer", "Completed", 1), ("scripted", "Completed", rounds)]
    of_flows = "FROM flow_run r JOIN flow f ON f.id = r.flow_id"
    expect("flow runs", runs, f"SELECT f.name, r.state_name, count(*) {of_flows} GROUP BY 1, 2")
    histories = [("Completed", 1 + 2 * rounds), ("Pending", 1 + 2 * rounds), ("Running", 1 + 2 * rounds)]
    expect("histories", histories, "SELECT name, count(*) FROM flow_run_state GROUP BY name")
    tasks = [("Completed", 1, 4 * rounds), ("Completed", 2, rounds)]
    expect("task runs", tasks, "SELECT state_name, run_count, count(*) FROM task_run GROUP BY 1, 2")
    transitions = [("Completed", 5 * rounds), ("Pending", 5 * rounds), ("Retrying", rounds), ("Running", 5 * rounds)]
    expect("transitions", transitions, "SELECT name, count(*) FROM task_run_state GROUP BY name")
    lines = "SELECT message, count(*) FROM log WHERE message LIKE 'work %' OR message LIKE 'flaky %' OR message LIKE 'inner %'"
    spoken = 6 * rounds
    expect(
        "own lines",
        [(spoken, spoken)],
        f"SELECT count(*), sum(n) FROM ({lines.replace('count(*)', 'count(*) AS n')} GROUP BY 1) AS x",
    )
    pages = [(f"page-{number}", 1) for number in range(rounds)] + [("progress", 1)]
    expect("artifacts", sorted(pages), "SELECT key, count(*) FROM artifact GROUP BY key")
    variables = [("counted", str(rounds - 1)), *((f"new-{number}", str(number)) for number in range(rounds))]
    expect("variables", sorted(variables), "SELECT name, value FROM variable")
    expect("slots held", [(0,)], "SELECT count(*) FROM concurrency_slot")
    expect("waiting for slots", [(0,)], "SELECT count(*) FROM slot_waiter")
    expect(
        "log lines twice",
        [],
        "SELECT flow_run_id, position FROM log GROUP BY 1, 2 HAVING count(*) > 1 AND position IS NOT NULL",
    )
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--share", type=float, default=SHARE, help="of requests, harmed in each of the three ways")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().getrandbits(32)
    print(f"seed {options.seed}", flush=True)
    if not options.postgres:
        return _story(options, None)
    binaries = postgres.find_binaries()
    if binaries is None:
        print("PostgreSQL's binaries are not installed.")
        return 2
    with postgres.server(binaries) as url:
        return _story(options, url)


def _story(options: argparse.Namespace, database: str | None) -> int:
    home = Path(tempfile.mkdtemp(prefix="headrace-lost-answers-"))
    server = ServerProcess(home / "server", database)
    server.start()
    began = time.monotonic()
    try:
        proxy = go_through(server, home / "client", options.rounds, options.seed, options.share)
        problems = check(options.rounds, reader(server, database))
    finally:
        server.stop()
    print(", ".join(f"{fate}: {count}" for fate, count in proxy.fates.items()), f"in {time.monotonic() - began:.0f} s")
    print("\n".join(problems) if problems else "the record is exact")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
