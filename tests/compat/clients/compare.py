"""The real Prefect's client against our server and against its own: `python -m tests.compat.clients.compare`.

Each program of `programs/` runs twice, in the real Prefect's environment (HEADRACE_ORACLE names it, or HEADRACE_BENCH_ORACLE):
against its own server and against ours. What the API then returns of all that was recorded has to be equal, field by
field, apart from times, what is drawn by chance, and ids, which must stand for the same things.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.compat.clients.masking import differences
from tests.compat.clients.records import listed, moment, recorded
from tests.compat.clients.servers import HERE, oracle, run_program, their_server
from tests.faults.servers import ServerProcess
from tests.server.support import new_database
from tests.support import postgres

LAYOUT = re.compile(r"[ \u2500-\u257f]+")
PYTHON_TIMES = re.compile(r"\b(DateTime|datetime\.datetime|datetime\.timedelta)\(([^()]|\([^()]*\))*\)")
AGO = re.compile(r"\b(just now|now|(a|an|\d+) (second|minute|hour)s? ago|in (a|an|\d+) (second|minute|hour)s?)\b")


def program_names() -> list[str]:
    """All programs, in the order of their files."""
    files = sorted((HERE / "programs").glob("*.py"))
    return [name for file in files for name in re.findall(r"^@program\ndef (\w+)", file.read_text(), re.MULTILINE)]


@dataclass
class Comparison:
    """What the programs run with.

    Args:
        python: the real Prefect's.
        place: a directory for homes and logs.
        tell: is called with a line about each program.
        postgres_url: a PostgreSQL server, if ours shall keep its record there.
    """

    python: Path
    place: Path
    tell: Callable[[str], None]
    postgres_url: str | None = None
    problems: dict[str, list[str]] = field(default_factory=dict)

    def run(self, names: list[str], their_api: str | None = None) -> dict[str, list[str]]:
        """Lines of difference by program. Each runs on a fresh server of ours; theirs is one, emptied in between."""
        server = their_server(self.python, self.place / "their-home") if their_api is None else nullcontext(their_api)
        with server as theirs:
            for name in names:
                lines = self.problems[name] = self._one(name, theirs)
                self.tell(f"{name}: {f'{len(lines)} lines differ' if lines else 'equal'}")
        return self.problems

    def _one(self, name: str, theirs: str) -> list[str]:
        database = None if self.postgres_url is None else new_database(self.postgres_url)
        ours = ServerProcess(self.place / f"our-home-{name}", database)
        ours.start()
        try:
            clear(theirs)
            return differences(self._left_by(name, theirs), self._left_by(name, ours.api))
        except (AssertionError, httpx.HTTPStatusError, subprocess.TimeoutExpired) as error:
            return [str(error)]
        finally:
            ours.stop()

    def _left_by(self, name: str, api: str) -> dict[str, Any]:
        home, began = self.place / "client", moment()
        shutil.rmtree(home, ignore_errors=True)
        printed = run_program(self.python, name, home, api)
        return {**recorded(api, began), "commands": commands(printed, api)}


def commands(printed: str, api: str) -> list[list[str]]:
    """What each command of a program printed, without the layout of tables and the place of the server."""
    plain = LAYOUT.sub(" ", printed.replace(api, "<api>").replace(api.removesuffix("/api"), "<server>"))
    plain = PYTHON_TIMES.sub("<time>", plain)
    parts = AGO.sub("<ago>", plain).split("\n$ ")
    return [[line.strip() for line in part.splitlines() if line.strip()] for part in parts[1:]]


def clear(api: str) -> None:
    """Delete what earlier programs left on a server that takes long to start."""
    with httpx.Client(base_url=api, timeout=30) as client:
        for kind in ("flow_runs", "task_runs", "flows", "deployments", "variables", "artifacts", "block_documents"):
            for item in listed(client, f"/{kind}/filter"):
                client.delete(f"/{kind}/{item['id']}")
        for kind in ("v2/concurrency_limits", "concurrency_limits", "automations"):
            for item in listed(client, f"/{kind}/filter"):
                client.delete(f"/{kind}/{item['id']}")
        for pool in listed(client, "/work_pools/filter"):
            client.delete(f"/work_pools/{pool['name']}")
        for block_type in listed(client, "/block_types/filter"):
            if "Compat" in block_type["name"]:
                client.delete(f"/block_types/{block_type['id']}")


@contextmanager
def postgres_server(wanted: bool) -> Iterator[str | None]:
    """A PostgreSQL server of our own while it is needed."""
    if not wanted:
        yield None
        return
    binaries = postgres.find_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL binaries (initdb, postgres) on PATH or below /usr/lib/postgresql")
    with postgres.server(binaries) as url:
        yield url


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="programs; all by default")
    parser.add_argument("--show", type=int, default=60, help="lines of difference to show of each")
    parser.add_argument("--postgres", action="store_true", help="our server's record on PostgreSQL")
    parser.add_argument("--theirs", help="the API of a server of the real Prefect that runs already; it is emptied")
    options = parser.parse_args()
    python = oracle()
    if python is None:
        print("Say where the real Prefect is installed: HEADRACE_ORACLE=/path/to/its/environment")
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="headrace-compat-", ignore_cleanup_errors=True) as place,
        postgres_server(options.postgres) as url,
    ):
        comparison = Comparison(python, Path(place), lambda line: print(line, flush=True), url)
        problems = comparison.run(options.names or program_names(), options.theirs)
    for name, lines in problems.items():
        if lines:
            print(f"\n=== {name}")
            print("\n".join(lines[: options.show]))
    equal = sum(not lines for lines in problems.values())
    print(f"\n{equal} of {len(problems)} programs leave the same record")
    return 0 if equal == len(problems) else 1


if __name__ == "__main__":
    sys.exit(main())
