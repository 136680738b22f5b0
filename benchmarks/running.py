"""Runs scenarios in processes of their own, the two peers in turn, and gathers their figures."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import served
from benchmarks.measure import rows
from benchmarks.peers import ROOT, Peer, fresh_home
from benchmarks.plan import Scenario
from benchmarks.served import NotAnswered
from benchmarks.servers import serving

TIMEOUT_SECONDS = 300
IMPORT = "from prefect import flow, task"
HELLO_ROWS = {"flow_run": 1, "task_run": 1, "task_run_state": 3}


@dataclass
class Samples:
    """What one peer gave for one scenario: a list of values for each label, the count used, and errors."""

    count: int
    values: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, figures: dict[str, float]) -> None:
        for label, value in figures.items():
            self.values.setdefault(label, []).append(value)


class ScenarioFailed(Exception):
    """A measured process ended with an error, or its record is not what it said."""


def measure(scenario: Scenario, peers: list[Peer], repeats: int, scale: float) -> dict[str, Samples]:
    """Run a scenario `repeats` times under each peer, in turn (A B A B), and return their samples."""
    chosen = [peer for peer in peers if peer.name == "headrace" or scenario.peer_count]
    samples = {peer.name: Samples(_count(scenario, peer, scale)) for peer in chosen}
    for _ in range(repeats):
        for peer in chosen:
            mine = samples[peer.name]
            if mine.errors:
                continue
            try:
                mine.add(_once(scenario, peer, mine.count))
            except (ScenarioFailed, NotAnswered, RuntimeError, OSError, subprocess.TimeoutExpired) as error:
                mine.errors.append(str(error))
    return samples


def _count(scenario: Scenario, peer: Peer, scale: float) -> int:
    full = scenario.count if peer.name == "headrace" else scenario.peer_count
    return full if scenario.unscaled else max(1, round(full * scale))


def _once(scenario: Scenario, peer: Peer, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="headrace-bench-", ignore_cleanup_errors=True) as place:
        if scenario.name in served.SCENARIOS:
            return served.SCENARIOS[scenario.name](peer, count, Path(place))
        run = _with_server if scenario.program else _SPECIAL.get(scenario.name, _scenario)
        return run(scenario, peer, count, Path(place))


def _scenario(scenario: Scenario, peer: Peer, count: int, place: Path) -> dict[str, float]:
    home = fresh_home(peer, place / "home", warmed=True)
    return _answered(scenario, peer, count, home, place, {})


def _replayed(scenario: Scenario, peer: Peer, count: int, place: Path) -> dict[str, float]:
    home = fresh_home(peer, place / "home", warmed=False)
    variables = {"HEADRACE_BENCH_COUNT": str(count), "HEADRACE_BENCH_STAGE": "fail"}
    _process(peer, ["-m", "benchmarks.scenarios.replayed"], home, place, variables)
    return _answered(scenario, peer, count, home, place, {})


def _with_server(scenario: Scenario, peer: Peer, count: int, place: Path) -> dict[str, float]:
    """A program that finds a server; the record is the server's."""
    record = fresh_home(peer, place / "server", warmed=True)
    client = fresh_home(peer, place / "client", warmed=False)
    with serving(peer, record) as server:
        variables = {"PREFECT_API_URL": server.url, "HEADRACE_BENCH_RECORD": str(record)}
        return _answered(scenario, peer, count, client, place, variables)


def _answered(
    scenario: Scenario, peer: Peer, count: int, home: Path, place: Path, more: dict[str, str]
) -> dict[str, float]:
    answer = place / "answer.json"
    variables = {"HEADRACE_BENCH_COUNT": str(count), "HEADRACE_BENCH_ANSWER": str(answer), **more}
    _process(peer, ["-m", f"benchmarks.scenarios.{scenario.program or scenario.name}"], home, place, variables)
    told = json.loads(answer.read_text(encoding="utf-8"))
    if peer.name == "headrace":
        _check_record(Path(more.get("HEADRACE_BENCH_RECORD", home)), told["rows"])
    return dict(told["figures"])


def _check_record(home: Path, announced: dict[str, int]) -> None:
    """The rows the figures stand on are still there after the process has gone."""
    found = rows(home)
    wrong = {table: (count, found[table]) for table, count in announced.items() if found[table] != count}
    if wrong:
        raise ScenarioFailed(f"the record holds other rows than announced (announced, found): {wrong}")


def _import_time(scenario: Scenario, peer: Peer, count: int, place: Path) -> dict[str, float]:
    """Milliseconds that importing adds to a bare start of the same Python, medians of eleven of each."""
    bare, loaded = [], []
    for _ in range(11):
        bare.append(_process(peer, ["-c", "pass"], place, place))
        loaded.append(_process(peer, ["-c", IMPORT], place, place))
    return {"import": (median(loaded) - median(bare)) * 1000}


def _hello(scenario: Scenario, peer: Peer, count: int, place: Path) -> dict[str, float]:
    home = fresh_home(peer, place / "home", warmed=False)
    seconds = _process(peer, ["-m", "benchmarks.scenarios.hello"], home, place)
    if peer.name == "headrace":
        _check_record(home, HELLO_ROWS)
    return {"process": seconds}


_SPECIAL: dict[str, Callable[[Scenario, Peer, int, Path], dict[str, float]]] = {
    "import": _import_time,
    "hello": _hello,
    "replayed": _replayed,
}


def _process(
    peer: Peer, arguments: list[str], home: Path, place: Path, variables: dict[str, str] | None = None
) -> float:
    """Run a Python process to its end and return its seconds. Raises ScenarioFailed with its last lines."""
    log = place / "output.txt"
    environment = peer.environment(home) | (variables or {})
    with log.open("w") as output:
        started = time.perf_counter()
        done = subprocess.run(
            [str(peer.python), *arguments],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        seconds = time.perf_counter() - started
    if done.returncode != 0:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise ScenarioFailed(f"{peer.name}: {' '.join(arguments)} ended with {done.returncode}:\n{last}")
    return seconds


def note(text: str) -> None:
    """Say what is going on, apart from the report."""
    print(text, file=sys.stderr, flush=True)
