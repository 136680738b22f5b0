"""The real Prefect's client against our server and against its own: `python -m tests.compat.clients.compare`.

Each program of `programs.py` runs twice, in the real Prefect's environment (HEADRACE_ORACLE names it, or HEADRACE_BENCH_ORACLE):
against its own server and against ours. What the API then returns of all that was recorded has to be equal, field by
field, apart from ids, times and what is drawn by chance.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.compat.clients.differences import KNOWN
from tests.faults.servers import ServerProcess, free_port

HERE = Path(__file__).parent
UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
SLUG = re.compile(r"\b[a-z]+-[a-z]+\b")
SUFFIX = re.compile(r"-[0-9a-f]{3}\b")
NUMBERS = frozenset({"total_run_time", "estimated_run_time", "estimated_start_time_delta"})
SETTLING_SECONDS = 12.0
STARTING_SECONDS = 120.0


def oracle() -> Path | None:
    """The real Prefect's Python, None if nobody said where it is."""
    folder = os.environ.get("HEADRACE_ORACLE") or os.environ.get("HEADRACE_BENCH_ORACLE")
    return None if folder is None else Path(folder) / "bin" / "python"


def environment(home: Path, api: str | None) -> dict[str, str]:
    """What the real Prefect runs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PYTHON"))}
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_LOGGING_LEVEL": "INFO"}
    return {**kept, **quiet, "PREFECT_HOME": str(home), **({} if api is None else {"PREFECT_API_URL": api})}


@contextmanager
def their_server(python: Path, home: Path) -> Iterator[str]:
    """The real Prefect's server; yields its API's address."""
    port = free_port()
    with (home.parent / "their-server.log").open("wb") as log:
        process = subprocess.Popen(
            [str(python.with_name("prefect")), "server", "start", "--port", str(port)],
            env=environment(home, None),
            stdout=log,
            stderr=log,
        )
    api = f"http://127.0.0.1:{port}/api"
    try:
        deadline = time.monotonic() + STARTING_SECONDS
        while not _healthy(api):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the real server did not start")
            time.sleep(0.2)
        yield api
    finally:
        process.terminate()
        process.wait(30)


def _healthy(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def run_program(python: Path, name: str, home: Path, api: str) -> None:
    """Run one program against a server. It has to end well."""
    done = subprocess.run(
        [str(python), str(HERE / "programs.py"), name],
        env=environment(home, api),
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, (
        f"{name} ended with {done.returncode} at {api}:\n{done.stdout[-1500:]}{done.stderr[-3000:]}"
    )


# --- what the API then returns


def recorded(api: str) -> dict[str, Any]:
    """Everything on record, once nothing moves any more."""
    with httpx.Client(base_url=api, timeout=30) as client:
        deadline = time.monotonic() + SETTLING_SECONDS
        last: dict[str, Any] = {}
        while time.monotonic() < deadline:
            found = _everything(client)
            if found == last and _settled(found):
                break
            last = found
            time.sleep(1.0)
        return last


def _settled(found: dict[str, Any]) -> bool:
    ended = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED", "PAUSED", "SCHEDULED")
    return all(run["state_type"] in ended for run in found["task_runs"] if run["state_name"] != "NotReady")


def _everything(client: httpx.Client) -> dict[str, Any]:
    def post(path: str, **body: Any) -> list[dict[str, Any]]:
        response = client.post(path, json={"limit": 200, **body})
        if response.status_code == 404:
            return []
        listed: list[dict[str, Any]] = response.raise_for_status().json()
        return listed

    flow_runs, deployments = post("/flow_runs/filter"), post("/deployments/filter")
    known = {run["id"] for run in flow_runs}
    task_runs = [run for run in post("/task_runs/filter") if run["flow_run_id"] in (*known, None)]
    used = {item["flow_id"] for item in (*flow_runs, *deployments)}
    return {
        "flows": [flow for flow in post("/flows/filter") if flow["id"] in used],
        "flow_runs": flow_runs,
        "task_runs": task_runs,
        "flow_run_states": _states(client, "flow_run", flow_runs),
        "task_run_states": _states(client, "task_run", task_runs),
        "logs": [line for line in post("/logs/filter") if line["flow_run_id"] in (*known, None)],
        "artifacts": post("/artifacts/filter"),
        "latest_artifacts": post("/artifacts/latest/filter"),
        "variables": post("/variables/filter"),
        "deployments": deployments,
        "blocks": [
            block for block in post("/block_documents/filter", include_secrets=True) if "ompat" in block["name"]
        ],
        "limits": post("/v2/concurrency_limits/filter"),
        "tag_limits": post("/concurrency_limits/filter"),
        "graphs": [client.get(f"/flow_runs/{run['id']}/graph-v2").json() for run in flow_runs],
    }


def _states(client: httpx.Client, kind: str, runs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    def of(run: dict[str, Any]) -> list[dict[str, Any]]:
        answer = client.get(f"/{kind}_states/", params={f"{kind}_id": run["id"]})
        found: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else []
        return sorted(found, key=lambda state: (str(state["timestamp"]), str(state["id"])))

    return [of(run) for run in runs]


# --- made comparable


def comparable(found: dict[str, Any]) -> dict[str, list[str]]:
    """The record without ids, times and chance, each thing as JSON text in an order of its own."""
    return {kind: sorted(_text(item) for item in items) for kind, items in found.items()}


def _text(item: Any) -> str:
    return json.dumps(_plain(item), indent=1, sort_keys=True)


def _plain(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {_masked(name): _plain(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        listed = [_plain(inner, key) for inner in value]
        return sorted(listed, key=_json_order) if key in _UNORDERED else listed
    if key in NUMBERS:
        return "<seconds>"
    return _masked(value, key) if isinstance(value, str) else value


_UNORDERED = frozenset(
    {"tags", "nodes", "root_node_ids", "children", "parents", "artifacts", "encapsulating", "active_slots"}
)


def _json_order(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _masked(text: str, key: str = "") -> str:
    text = TIME.sub("<time>", UUID.sub("<id>", text))
    if key in ("name", "label", "message"):
        text = SUFFIX.sub("-<suffix>", text)
    if key in ("name", "message", "label") and key != "flow":
        text = SLUG.sub(lambda found: found.group() if found.group() in KEPT_SLUGS else "<slug>", text)
    return text


KEPT_SLUGS = frozenset({"compat-secret", "compat-inner", "compat-outer", "compat-slots", "compat-rate", "compat-tag"})


def differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Lines that say where two records differ, apart from what is known."""
    found: list[str] = []
    their_text, our_text = comparable(theirs), comparable(ours)
    for kind in their_text:
        left = [KNOWN.forget(kind, text) for text in their_text[kind]]
        right = [KNOWN.forget(kind, text) for text in our_text[kind]]
        if sorted(left) != sorted(right):
            diff = difflib.unified_diff(
                "\n".join(sorted(left)).splitlines(),
                "\n".join(sorted(right)).splitlines(),
                f"{kind} of Prefect's server",
                f"{kind} of ours",
                lineterm="",
                n=4,
            )
            found.extend(diff)
    return found


# --- the whole


def compare(names: list[str], python: Path, place: Path, tell: Callable[[str], None]) -> dict[str, list[str]]:
    """Run programs against both servers, each program on fresh ones of ours and a shared one of theirs reset between."""
    problems: dict[str, list[str]] = {}
    with their_server(python, place / "their-home") as theirs:
        for name in names:
            ours = ServerProcess(place / f"our-home-{name}")
            ours.start()
            try:
                _clear(theirs)
                run_program(python, name, place / "client-a", theirs)
                run_program(python, name, place / "client-b", ours.api)
                problems[name] = differences(recorded(theirs), recorded(ours.api))
            except AssertionError as error:
                problems[name] = [str(error)]
            finally:
                ours.stop()
            tell(f"{name}: {'equal' if not problems[name] else f'{len(problems[name])} lines differ'}")
    return problems


def _clear(api: str) -> None:
    """Delete what earlier programs left on a server that takes long to start."""
    with httpx.Client(base_url=api, timeout=30) as client:
        for kind in ("flow_runs", "flows", "deployments", "variables", "artifacts", "block_documents"):
            for item in client.post(f"/{kind}/filter", json={"limit": 200}).json():
                client.delete(f"/{kind}/{item['id']}")
        for task_run in client.post("/task_runs/filter", json={"limit": 200}).json():
            client.delete(f"/task_runs/{task_run['id']}")
        for limit in client.post("/v2/concurrency_limits/filter", json={}).json():
            client.delete(f"/v2/concurrency_limits/{limit['id']}")
        for limit in client.post("/concurrency_limits/filter", json={}).json():
            client.delete(f"/concurrency_limits/{limit['id']}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="programs; all by default")
    parser.add_argument("--show", type=int, default=60, help="lines of difference to show of each")
    options = parser.parse_args()
    python = oracle()
    if python is None:
        print("Say where the real Prefect is installed: HEADRACE_ORACLE=/path/to/its/environment")
        return 2
    names = options.names or re.findall(r"^@program\ndef (\w+)", (HERE / "programs.py").read_text(), re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="headrace-compat-", ignore_cleanup_errors=True) as place:
        problems = compare(names, python, Path(place), lambda line: print(line, flush=True))
    for name, lines in problems.items():
        if lines:
            print(f"\n=== {name}")
            print("\n".join(lines[: options.show]))
    return 1 if any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
