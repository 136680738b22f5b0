"""Every command about what is recorded, asked of a server: it says what it says of the embedded record."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cli.local import artifacts as local_artifacts
from prefect.cli.local import flow_runs as local_flow_runs
from prefect.cli.local import flows as local_flows
from prefect.cli.local import limits as local_limits
from prefect.cli.local import logs as local_logs
from prefect.cli.local import task_runs as local_task_runs
from prefect.cli.local import variables as local_variables
from prefect.cli.record import Artifacts, FlowRuns, Flows, Limits, Logs, TaskRuns, Variables
from prefect.cli.remote import artifacts, flow_runs, flows, limits, logs, task_runs, variables
from prefect.settings import temporary_settings
from prefect.variables import Variable
from tests.cli.conftest import Prefect, eventually
from tests.cli.scripts import SLEEPER
from tests.faults.processes import environment
from tests.faults.servers import ServerProcess

IMPLEMENTATIONS: tuple[FlowRuns | TaskRuns | Logs | Flows | Artifacts | Variables | Limits, ...] = (
    flow_runs, local_flow_runs, task_runs, local_task_runs, logs, local_logs, flows, local_flows,
    artifacts, local_artifacts, variables, local_variables, limits, local_limits,
)  # fmt: skip
"""That each has the shape of its protocol is checked with the types."""

ONLY_HERE = frozenset(
    "attempt root_flow_run_id parent_flow_run_id entrypoint environment failure map_index submitted_time reused_from"
    " parent_task_run_id".split()
)
"""What the API does not tell of a run."""


@task
def add(number: int) -> int:
    if number == 3:
        raise ValueError("no such ledger")
    return number + 1


@flow
def sums(numbers: list[int]) -> int:
    for number in numbers:
        get_run_logger().info("line %d", number)
    create_markdown_artifact("# Sums", key="report")
    create_table_artifact([{"a": 1, "b": 2}], key="table")
    return sum(add(number) for number in numbers)


@pytest.fixture
def server(home: Path) -> Iterator[ServerProcess]:
    """A server on this test's record, which has runs in it."""
    sums([1, 2])
    sums([1, 2, 3], return_state=True)
    Variable.set("region", {"name": "eu"}, tags=["a"])
    running = ServerProcess(home)
    running.start()
    yield running
    running.stop()


def without(found: Any, left_out: frozenset[str] = ONLY_HERE) -> Any:
    if isinstance(found, list):
        return [without(item, left_out) for item in found]
    return {name: value for name, value in found.items() if name not in left_out}


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Where two documents are not equal."""
    if place.endswith("state_details.deferred"):
        return []  # the API says false where nothing was said
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        return [found for key in one for found in differences(one[key], other[key], f"{place}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            text for n, pair in enumerate(zip(one, other, strict=True)) for text in differences(*pair, f"{place}.{n}")
        ]
    return [] if one == other else [f"{place}: {one!r} is not {other!r}"]


def test_lists_and_documents_are_equal(prefect: Prefect, server: ServerProcess) -> None:
    assert prefect("gcl", "create", "database", "--limit", 3).code == 0
    assert prefect("concurrency-limit", "create", "heavy/x", 2).code == 0
    run = prefect("flow-run", "ls", "--limit", 1, "-o", "json").json[0]["id"]
    task_run = prefect("task-run", "ls", "--limit", 1, "-o", "json").json[0]["id"]
    commands = [
        ("flow-run", "ls"), ("flow-run", "ls", "--state", "failed"), ("flow-run", "ls", "--state-type", "COMPLETED"),
        ("flow-run", "ls", "--flow-name", "nope"), ("flow-run", "inspect", run), ("flow-run", "logs", run),
        ("flow-run", "logs", run, "--tail", "-n", 3), ("task-run", "ls"), ("task-run", "inspect", task_run),
        ("task-run", "ls", "--state", "failed"), ("task-run", "logs", task_run), ("flow", "ls"), ("artifact", "ls"),
        ("artifact", "ls", "--all"), ("artifact", "inspect", "report"), ("variable", "ls"),
        ("variable", "inspect", "region"), ("variable", "get", "region"), ("gcl", "ls"), ("gcl", "inspect", "database"),
        ("concurrency-limit", "ls"), ("concurrency-limit", "inspect", "heavy/x"), ("flow-run", "retry", run, "--dry-run"),
    ]  # fmt: skip
    for command in commands:
        here = prefect(*command, "-o", "json")
        with temporary_settings({"PREFECT_API_URL": server.api}):
            there = prefect(*command, "-o", "json")
        assert (there.code, there.err) == (0, ""), command
        assert differences(without(there.json), without(here.json)) == [], command


def test_what_only_headrace_tells_of_a_run(prefect: Prefect, server: ServerProcess) -> None:
    run = prefect("flow-run", "ls", "--limit", 1, "-o", "json").json[0]["id"]
    here = prefect("flow-run", "inspect", run, "-o", "json").json
    with temporary_settings({"PREFECT_API_URL": server.api}):
        there = prefect("flow-run", "inspect", run, "-o", "json").json
    assert here["attempt"] == 1
    assert {name for name in ONLY_HERE if here.get(name) != there.get(name)} <= {"environment", "failure"}


def test_what_people_read(prefect: Prefect, server: ServerProcess) -> None:
    with temporary_settings({"PREFECT_API_URL": server.api}):
        run = prefect("flow-run", "ls", "--limit", 1, "-o", "json").json[0]["id"]
        said = prefect("flow-run", "inspect", run).out
        assert "Tasks         3 (2 completed, 1 failed)" in said
        assert "Cause         Flow run encountered an exception: ValueError: no such ledger" in said
        assert "Failed tasks\n  add-" in said
        assert "Published     report, table" in said
        assert "Running" in said
        assert prefect("flow-run", "watch", run).out == "Flow run already finished in 'Failed'.\n"
        assert prefect("flow-run", "logs", run, "--follow").out == prefect("flow-run", "logs", run).out
        assert "# Sums" in prefect("artifact", "inspect", "report").out


def test_changes(prefect: Prefect, server: ServerProcess) -> None:
    with temporary_settings({"PREFECT_API_URL": server.api}):
        run = prefect("flow-run", "ls", "--limit", 1, "-o", "json").json[0]["id"]
        assert prefect("flow-run", "delete", run).out == f"Successfully deleted flow run '{run}'.\n"
        assert prefect("flow-run", "inspect", run).err == f"Flow run '{run}' not found!\n"
        assert prefect("variable", "set", "region", "us").err == (
            "Variable 'region' already exists. Use `--overwrite` to update it.\n"
        )
        assert prefect("variable", "set", "region", "us", "--overwrite").code == 0
        assert prefect("variable", "get", "region").out == "us\n"
        assert prefect("variable", "unset", "region").code == 0
        assert prefect("variable", "get", "region").code == 1
        assert prefect("artifact", "delete", "report").out == "Deleted 1 artifact(s) with key 'report'.\n"
        assert prefect("artifact", "inspect", "report").code == 1


def test_limits(prefect: Prefect, server: ServerProcess) -> None:
    with temporary_settings({"PREFECT_API_URL": server.api}):
        assert prefect("gcl", "create", "a b", "--limit", 3).code == 0
        assert prefect("gcl", "update", "a b", "--limit", 4, "--slot-decay-per-second", 0.5).code == 0
        assert prefect("gcl", "disable", "a b").code == 0
        found = prefect("gcl", "inspect", "a b", "-o", "json").json
        assert (found["limit"], found["active"], found["slot_decay_per_second"]) == (4, False, 0.5)
        assert prefect("concurrency-limit", "create", "heavy/x", 2).code == 0
        assert prefect("concurrency-limit", "create", "heavy/x", 5).code == 0
        assert prefect("concurrency-limit", "inspect", "heavy/x", "-o", "json").json["concurrency_limit"] == 5
        assert [limit["name"] for limit in prefect("gcl", "ls", "-o", "json").json] == ["a b"]
        assert prefect("concurrency-limit", "reset", "heavy/x").code == 0
        assert prefect("concurrency-limit", "delete", "heavy/x").code == 0
        assert prefect("gcl", "delete", "a b").code == 0
        assert prefect("gcl", "delete", "a b").err == "Global concurrency limit 'a b' not found.\n"


def test_no_server(prefect: Prefect) -> None:
    with temporary_settings({"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_CLIENT_MAX_RETRIES": 0}):
        for command in (["flow-run", "ls"], ["flow-run", "inspect", uuid4()], ["variable", "ls"], ["gcl", "ls"]):
            said = prefect(*command)
            assert (said.code, said.out) == (1, "")
            assert said.err.startswith("No server answers at http://127.0.0.1:9/api (")
            assert said.err.count("\n") == 1


def test_what_is_no_api_and_who_may_not_ask(prefect: Prefect, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "server", PREFECT_SERVER_API_AUTH_STRING="admin:secret")
    server.start()
    try:
        with temporary_settings({"PREFECT_API_URL": server.api}):
            said = prefect("flow-run", "ls")
            assert said.code == 1
            assert "Set PREFECT_API_KEY or PREFECT_API_AUTH_STRING" in said.err
            assert prefect("api", "GET", "/flows/filter").code == 3
        with temporary_settings({"PREFECT_API_URL": server.api, "PREFECT_API_AUTH_STRING": "admin:secret"}):
            assert prefect("flow-run", "ls").out == "No flow runs found.\n"
        with temporary_settings({"PREFECT_API_URL": server.api + "x", "PREFECT_API_AUTH_STRING": "admin:secret"}):
            assert "usually ends in /api" in prefect("flow-run", "ls").err
    finally:
        server.stop()


def test_what_a_list_from_a_server_imports(home: Path) -> None:
    code = "import sys; from prefect.cli.app import run; run(['flow-run', 'ls']); print('MODULES', *sys.modules)"
    nowhere = environment(home, PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES="0")
    said = subprocess.run([sys.executable, "-c", code], env=nowhere, capture_output=True, text=True, check=True).stdout
    heavy = {"sqlalchemy", "starlette", "websockets", "prefect.client.orchestration", "prefect.flows"}
    assert not heavy & set(said.partition("MODULES ")[2].split())


BROKEN = """
from pathlib import Path
from prefect import flow, task

HERE = Path(__file__).parent

@task(persist_result=True)
def once():
    with (HERE / "executed.txt").open("a") as file:
        file.write("x")
    return 1

@task
def then(one):
    if not (HERE / "repaired").exists():
        raise ValueError("not yet")
    return one + 1

@flow
def in_two_steps():
    return then(once())

if __name__ == "__main__":
    in_two_steps(return_state=True)
"""


def test_a_run_on_a_server_is_retried(
    prefect: Prefect, server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "steps.py"
    script.write_text(BROKEN)
    there = environment(tmp_path / "home", PREFECT_API_URL=server.api)
    subprocess.run([sys.executable, str(script)], env=there, check=True, cwd=tmp_path, timeout=60)
    with temporary_settings({"PREFECT_API_URL": server.api}):
        run = prefect("flow-run", "ls", "--flow-name", "in-two-steps", "-o", "json").json[0]
        assert run["state_type"] == "FAILED"
        plan = prefect("flow-run", "retry", run["name"], "--dry-run", "-o", "json").json
        assert [call["action"] for call in plan] == ["reuse", "run"]
        (tmp_path / "repaired").touch()
        monkeypatch.chdir(tmp_path)
        said = prefect("flow-run", "retry", run["id"])
        assert said.code == 0, said.err
        assert (tmp_path / "executed.txt").read_text() == "x"
        assert prefect("flow-run", "inspect", run["id"], "-o", "json").json["state_type"] == "COMPLETED"


def test_a_run_on_a_server_is_cancelled(prefect: Prefect, server: ServerProcess, tmp_path: Path) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER)
    there = environment(tmp_path / "home", PREFECT_API_URL=server.api)
    process = subprocess.Popen([sys.executable, str(script)], env=there, cwd=tmp_path, stderr=subprocess.DEVNULL)
    eventually((tmp_path / "started").exists)
    with temporary_settings({"PREFECT_API_URL": server.api}):
        run = prefect("flow-run", "ls", "--flow-name", "outer", "-o", "json").json[0]["id"]
        assert f"1, running as process {process.pid} on " in prefect("flow-run", "inspect", run).out
        refused = prefect("flow-run", "retry", run)
        assert f"process {process.pid} on" in refused.err
        assert "Wait until it has ended" in refused.err
        said = prefect("flow-run", "cancel", run)
        assert said.out == f"Flow run '{run}' was successfully cancelled.\n"
        assert process.wait(20) == 1
        states = prefect("flow-run", "ls", "--state", "cancelled", "-o", "json").json
        assert {found["flow_name"] for found in states} == {"outer", "inner"}
        assert "already in terminal state CANCELLED" in prefect("flow-run", "cancel", run).err
