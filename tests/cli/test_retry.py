"""`flow-run retry`: from a killed process to a finished run, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Prefect, eventually
from tests.cli.scripts import CLOSE_MONTH, SLEEPER, run_until_killed, start


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as it is for users."""
    environment = {**os.environ, "PREFECT_HOME": str(home), "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    code = "from prefect.cli.app import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment)


@pytest.fixture
def killed(tmp_path: Path, home: Path) -> Path:
    """A script whose run was killed in its third task."""
    script = tmp_path / "close_month.py"
    script.write_text(CLOSE_MONTH)
    run_until_killed(script, home)
    return script


def executed(script: Path) -> list[str]:
    return script.with_name("executed.txt").read_text().split()


def test_a_killed_run_shows_as_crashed_and_retry_does_only_the_rest(prefect: Prefect, home: Path, killed: Path) -> None:
    [run] = prefect("flow-run", "ls", "-o", "json").json
    assert run["state_type"] == "CRASHED"
    assert "ended without reporting" in prefect("flow-run", "inspect", run["id"]).out

    planned = prefect("flow-run", "retry", run["id"], "--dry-run", "-o", "json").json
    assert [call["action"] for call in planned][:2] == ["reuse", "reuse"]
    assert "2 would be reused" in prefect("flow-run", "retry", run["name"], "--dry-run").out

    killed.with_name("repaired").touch()
    said = command(home, "flow-run", "retry", run["id"])
    assert said.returncode == 0, said.stderr
    assert "finished in state Completed" in said.stdout
    assert executed(killed) == ["4000", "5000", "6000", "7000"]
    [run] = prefect("flow-run", "ls", "-o", "json").json
    assert (run["state_type"], run["attempt"]) == ("COMPLETED", 2)


def test_from_a_task_run_on_everything_runs_again(prefect: Prefect, home: Path, killed: Path) -> None:
    [run] = prefect("flow-run", "ls", "-o", "json").json
    second = prefect("flow-run", "retry", run["id"], "--dry-run", "-o", "json").json[1]["id"]
    planned = prefect("flow-run", "retry", run["id"], "--from", second, "--dry-run", "-o", "json").json
    assert [call["action"] for call in planned][:2] == ["reuse", "run"]
    killed.with_name("repaired").touch()
    assert command(home, "flow-run", "retry", run["id"], "--from", second).returncode == 0
    assert executed(killed) == ["4000", "5000", "5000", "6000", "7000"]
    assert prefect("flow-run", "retry", run["id"], "--from", run["id"], "--dry-run").code == 1


def test_a_flow_that_cannot_be_found(prefect: Prefect, home: Path, killed: Path) -> None:
    [run] = prefect("flow-run", "ls", "-o", "json").json
    said = prefect("flow-run", "retry", run["id"], "--entrypoint", f"{killed}:nope")
    assert said.code == 1
    assert "Flow function with name 'nope' not found" in said.err
    assert "Flows there: close-month." in said.err

    moved = killed.parent / "elsewhere" / killed.name
    moved.parent.mkdir()
    killed.rename(moved)
    said = prefect("flow-run", "retry", run["id"])
    assert said.code == 1
    assert "close_month.py' does not exist." in said.err
    assert f"prefect flow-run retry {run['id']} --entrypoint path/to/file.py:flow" in said.err
    assert said.err.count("\n") == 1

    moved.with_name("repaired").touch()
    assert command(home, "flow-run", "retry", run["id"], "-e", f"{moved}:close_month").returncode == 0
    assert executed(moved) == ["6000", "7000"]


def test_a_live_run_is_not_retried_but_can_be_cancelled(prefect: Prefect, home: Path, tmp_path: Path) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER)
    process = start(script, home)
    try:
        eventually((tmp_path / "started").exists)
        runs = {run["flow_name"]: run for run in prefect("flow-run", "ls", "-o", "json").json}
        outer, inner = runs["outer"]["id"], runs["inner"]["id"]

        said = prefect("flow-run", "retry", outer)
        assert said.code == 1
        assert f"process {process.pid}" in said.err
        assert prefect("flow-run", "delete", outer).code == 1
        said = prefect("flow-run", "cancel", inner)
        assert said.code == 1
        assert outer in said.err
        assert process.poll() is None

        assert prefect("flow-run", "cancel", outer).code == 0
        assert process.wait(10) != 0
    finally:
        process.kill()
        process.wait()
    states = {run["id"]: run["state_type"] for run in prefect("flow-run", "ls", "-o", "json").json}
    assert states == {outer: "CANCELLED", inner: "CANCELLED"}
    history = prefect("flow-run", "inspect", outer).out.split("History\n")[1].split("\n\n")[0]
    assert [line.split()[3 if number else 2] for number, line in enumerate(history.splitlines())] == [
        "Pending", "Running", "Cancelling", "Cancelled",
    ]  # fmt: skip
    said = prefect("flow-run", "watch", outer)
    assert said.out == "Flow run already finished in 'Cancelled'.\n"


def test_unknown_names(prefect: Prefect) -> None:
    assert prefect("flow-run", "retry", "nosuch").err == "Flow run 'nosuch' not found!\n"
    assert prefect("flow-run", "retry", "x", "-o", "json").code == 1
