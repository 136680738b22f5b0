"""The server is killed in the instant a flow's process has ended well: `python -m tests.faults.exits --repeats 20`.

By then everything that the flow recorded is acknowledged, hence on disk: after another start, nothing is missing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.faults import outages
from tests.faults.outages import Load
from tests.faults.processes import start
from tests.faults.servers import ServerProcess
from tests.support import postgres

LOAD = Load(flows=1, tasks=200, lines=5, seconds=0.0)


def exit_and_kill(server: ServerProcess, home: Path, load: Load = LOAD) -> None:
    """Run the flow, kill the server as soon as it has ended, and start it again."""
    flow = start(
        "chatty", str(load.tasks), str(load.lines), str(load.seconds), home=home,
        PREFECT_API_URL=server.api, PREFECT_LOGGING_LEVEL="INFO",
    )  # fmt: skip
    assert flow.stdout is not None
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(flow.stdout or ()))
    reader.start()
    code = flow.wait()  # blocks in waitpid: nothing is polled
    server.kill()
    reader.join()
    flow.stdout.close()
    assert code == 0, "".join(said)[-3000:]
    server.start()


def events(server: ServerProcess, database: str | None) -> int:
    """How many events are on record."""
    count: int = outages.reader(server, database)("SELECT count(*) FROM event")[0][0]
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    if not options.postgres:
        return _story(options.repeats, None)
    binaries = postgres.find_binaries()
    if binaries is None:
        print("PostgreSQL's binaries are not installed.")
        return 2
    with postgres.server(binaries) as url:
        return _story(options.repeats, url)


def _story(repeats: int, database: str | None) -> int:
    home = Path(tempfile.mkdtemp(prefix="headrace-exits-"))
    server = ServerProcess(home / "server", database)
    server.start()
    problems: list[str] = []
    began = time.monotonic()
    try:
        for number in range(1, repeats + 1):
            exit_and_kill(server, home / "client")
            found = outages.check(Load(number, LOAD.tasks, LOAD.lines), outages.reader(server, database))
            problems += [f"after {number}: {problem}" for problem in found]
            print(f"{number}: {len(found)} problems, {events(server, database)} events", flush=True)
    finally:
        server.stop()
    print(f"{repeats} flows, {repeats * LOAD.tasks} task runs in {time.monotonic() - began:.0f} s")
    print("\n".join(problems) if problems else "everything is on record, nothing twice")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
