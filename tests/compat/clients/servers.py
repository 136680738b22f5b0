"""The real Prefect's programs and server as processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.ports import free_port

HERE = Path(__file__).parent
STARTING_SECONDS = 120.0
PROGRAM_SECONDS = 240.0


def oracle() -> Path | None:
    """The real Prefect's Python, None if nobody said where it is."""
    folder = os.environ.get("HEADRACE_ORACLE") or os.environ.get("HEADRACE_BENCH_ORACLE")
    return None if folder is None else Path(folder) / "bin" / "python"


def environment(home: Path, api: str | None) -> dict[str, str]:
    """What the real Prefect runs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PYTHON"))}
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_LOGGING_LEVEL": "INFO"}
    plain = {"NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}
    return {**kept, **quiet, **plain, "PREFECT_HOME": str(home), **({} if api is None else {"PREFECT_API_URL": api})}


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


def run_program(python: Path, name: str, home: Path, api: str) -> str:
    """Run one program against a server; returns what it printed. It has to end well."""
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(python), str(HERE / "programs"), name],
        env={**environment(home, api), "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=PROGRAM_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (
        f"{name} ended with {done.returncode} at {api}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    )
    return done.stdout
