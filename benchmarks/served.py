"""Scenarios of a server: what one run of each gives, as figures by label."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

from benchmarks import peers
from benchmarks.filling import fill
from benchmarks.load import Connection, Flood, flood, request
from benchmarks.peers import Peer, fresh_home
from benchmarks.servers import POSTGRES_VARIABLE, Server, serving
from tests.support import postgres

Figures = dict[str, float]
CONNECTIONS = 50
QUIET_SECONDS = 3.0
ASKED = 40
"""How often each list and each count is asked for."""


class NotAnswered(Exception):
    """The server did not answer what it has to answer."""


# --- starting


def start(peer: Peer, count: int, place: Path) -> Figures:
    """Cold start on an empty home until healthy, and the memory of a server that has nothing to do."""
    home = fresh_home(peer, place / "home", warmed=False)
    with serving(peer, home) as server:
        server.ask("POST", "/api/flow_runs/filter", {}).json()
        time.sleep(QUIET_SECONDS)
        return {"start": server.started, "memory": server.memory_bytes() / 1e6}


# --- writing


def load(peer: Peer, count: int, place: Path) -> Figures:
    """Flow runs made, and then set running, by 50 clients at once."""
    home = fresh_home(peer, place / "home", warmed=True)
    with serving(peer, home) as server:
        flow = server.ask("POST", "/api/flows/", {"name": "load"}).json()["id"]
        _create(server, flow, CONNECTIONS)
        made = _create(server, flow, count)
        runs = [json.loads(answer)["id"] for answer in made.answers if answer.startswith(b"{") and b'"id"' in answer]
        state = {"state": {"type": "RUNNING"}}
        moved = flood(
            server.port, CONNECTIONS, [request("POST", f"/api/flow_runs/{run}/set_state", state) for run in runs]
        )
        counted = server.ask("POST", "/api/flow_runs/count", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
    refused = made.refused + moved.refused
    if peer.name == "headrace" and (refused or counted.json() != count):
        raise NotAnswered(f"{refused} refused ({made.statuses}, {moved.statuses}), {counted.json()} of {count} running")
    return {
        "create": (count - made.refused) / made.seconds,
        "set state": (len(runs) - moved.refused) / moved.seconds if runs else 0.0,
        "refused": float(refused),
    }


def _create(server: Server, flow: str, count: int) -> Flood:
    bodies = (
        {"flow_id": flow, "parameters": {"number": number}, "tags": ["load"], "state": {"type": "PENDING"}}
        for number in range(count)
    )
    return flood(server.port, CONNECTIONS, [request("POST", "/api/flow_runs/", body) for body in bodies])


def events(peer: Peer, count: int, place: Path) -> Figures:
    """Events in batches of 200: how many a second, and what the server keeps of them in memory."""
    home = fresh_home(peer, place / "home", warmed=True)
    with serving(peer, home) as server, Connection(server.port) as connection:
        _send_events(connection, count // 10)
        before = server.memory_bytes()
        began = time.perf_counter()
        _send_events(connection, count)
        seconds = time.perf_counter() - began
        time.sleep(QUIET_SECONDS)
        return {"throughput": count / seconds, "growth": (server.memory_bytes() - before) / 1e6}


def _send_events(connection: Connection, count: int) -> None:
    for first in range(0, count, 200):
        batch = [_event(number) for number in range(first, min(first + 200, count))]
        answer = connection.ask(request("POST", "/api/events", batch))
        if answer.status not in (200, 201, 204):
            raise NotAnswered(f"events were answered {answer.status}: {answer.body[:300]!r}")


def _event(number: int) -> dict[str, Any]:
    resource = {"prefect.resource.id": f"bench.thing.{number % 1000}", "prefect.resource.name": "thing"}
    moment = datetime.now(UTC).isoformat()
    return {
        "occurred": moment,
        "event": "bench.happened",
        "resource": resource,
        "payload": {"number": number},
        "id": str(uuid4()),
    }


# --- reading


def lists(peer: Peer, count: int, place: Path) -> Figures:
    """Lists, counts and histories over very many runs, asked for one after the other."""
    home = _filled(count)
    with serving(peer, home) as server:
        return _asked(server)


def lists_postgres(peer: Peer, count: int, place: Path) -> Figures:
    """The same on PostgreSQL."""
    home = fresh_home(peer, place / "home", warmed=False)
    with _database() as url:
        fill(url, count, count)
        with serving(peer, home, url) as server:
            return _asked(server)


@cache
def _filled(count: int) -> Path:
    """A home with so many flow runs and task runs, made once and left until the end."""
    folder = Path(mkdtemp(prefix="headrace-bench-filled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = fresh_home(peers.ours(), folder / "home", warmed=False)
    fill(f"sqlite:///{home / 'prefect.db'}", count, count)
    return home


@contextmanager
def _database() -> Iterator[str]:
    """An empty database: where the variable says, else on a server of one's own."""
    given = os.environ.get(POSTGRES_VARIABLE)
    if given:
        yield given
        return
    binaries = postgres.find_binaries()
    if binaries is None:
        raise NotAnswered(f"there is no PostgreSQL here; install it, or name an empty database in {POSTGRES_VARIABLE}")
    with postgres.server(binaries) as url:
        yield url


def _asked(server: Server) -> Figures:
    figures: Figures = {}
    with Connection(server.port) as connection:
        for kind, asked in _requests(server).items():
            slowest, pooled = 0.0, []
            for plain in asked.values():
                connection.ask(plain).json()  # not the first
                times = sorted(_seconds(connection, plain) for _ in range(ASKED))
                slowest = max(slowest, _percentile(times))
                pooled += times
            figures[f"{kind}"] = _percentile(sorted(pooled)) * 1000
            figures[f"{kind}, slowest"] = slowest * 1000
    return figures


def _seconds(connection: Connection, plain: bytes) -> float:
    answer = connection.ask(plain)
    answer.json()
    return answer.seconds


def _percentile(ordered: list[float], share: float = 0.95) -> float:
    return ordered[ceil(len(ordered) * share) - 1]


def _requests(server: Server) -> dict[str, dict[str, bytes]]:
    """What a user's pages ask for, by kind and by what it is."""
    flow = server.ask("POST", "/api/flows/filter", {}).json()[3]["id"]
    newest = server.ask("POST", "/api/flow_runs/filter", {"limit": 50}).json()
    deployment = next(run["deployment_id"] for run in newest if run["deployment_id"])
    narrowed = _filters(flow, deployment)
    newest_first = ("EXPECTED_START_TIME_DESC", "START_TIME_DESC", "ID_DESC")
    return {
        "filter": {
            f"{name}, {sort}": request("POST", "/api/flow_runs/filter", {**body, "sort": sort, "limit": 200})
            for name, body in narrowed.items()
            for sort in newest_first
        },
        "dashboard": dict(_dashboard()),
    }


def _filters(flow: str, deployment: str) -> dict[str, dict[str, Any]]:
    week = {"after_": _ago(7), "before_": _ago(0)}
    failed = {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}
    return {
        "all": {},
        "failed": {"flow_runs": failed},
        "running": {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}},
        "late": {"flow_runs": {"state": {"name": {"any_": ["Late"]}}}},
        "a flow": {"flows": {"id": {"any_": [flow]}}},
        "failed of a flow": {"flows": {"id": {"any_": [flow]}}, "flow_runs": failed},
        "a deployment": {"deployments": {"id": {"any_": [deployment]}}},
        "a tag": {"flow_runs": {"tags": {"all_": ["dev"]}}},
        "two tags": {"flow_runs": {"tags": {"all_": ["dev", "ops"]}}},
        "a name": {"flow_runs": {"name": {"like_": "y-fox"}}},
        "a week": {"flow_runs": {"expected_start_time": week}},
        "failed in a week": {"flow_runs": {"start_time": week, **failed}},
    }


def _dashboard() -> Iterator[tuple[str, bytes]]:
    """Counts and histories of the last day and the last week."""
    for days in (1, 7):
        span = {"after_": _ago(days), "before_": _ago(0)}
        within = {"expected_start_time": span}
        for kinds in (
            ["COMPLETED"],
            ["FAILED", "CRASHED"],
            ["RUNNING", "PENDING", "CANCELLING"],
            ["SCHEDULED", "PAUSED"],
        ):
            body = {"flow_runs": {**within, "state": {"type": {"any_": kinds}}}}
            yield f"count of {kinds[0]}, {days} d", request("POST", "/api/flow_runs/count", body)
        yield f"count, {days} d", request("POST", "/api/flow_runs/count", {"flow_runs": within})
        history = {"history_start": _ago(days), "history_end": _ago(0), "history_interval_seconds": days * 86_400 / 30}
        yield f"history, {days} d", request("POST", "/api/flow_runs/history", history)
        yield f"lateness, {days} d", request("POST", "/api/flow_runs/lateness", {"flow_runs": within})
        plot = {"flow_runs": within, "limit": 1000}
        yield f"plot, {days} d", request("POST", "/api/ui/flow_runs/history", plot)
    yield "count of all", request("POST", "/api/flow_runs/count", {})
    today = {"task_runs": {"start_time": {"after_": _ago(1), "before_": _ago(0)}}}
    yield "task runs, 1 d", request("POST", "/api/ui/task_runs/dashboard/counts", today)
    yield "count of task runs, 1 d", request("POST", "/api/task_runs/count", today)


def _ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


SCENARIOS: dict[str, Callable[[Peer, int, Path], Figures]] = {
    "server_start": start,
    "server_load": load,
    "server_events": events,
    "server_lists": lists,
    "server_lists_postgres": lists_postgres,
}
