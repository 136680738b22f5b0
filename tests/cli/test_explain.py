"""`prefect flow-run explain`, on the embedded record and through a server."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from prefect import flow
from prefect.settings import temporary_settings
from tests.cli.conftest import Prefect
from tests.faults.servers import ServerProcess


@flow
def adds(one: int) -> int:
    return one + 1


@flow
def fails() -> None:
    raise ValueError("no such ledger")


def newest(prefect: Prefect) -> str:
    return str(prefect("flow-run", "ls", "-o", "json").json[0]["id"])


def test_a_run_that_has_ended(prefect: Prefect) -> None:
    adds(1)
    said = prefect("flow-run", "explain", newest(prefect))
    assert said.code == 0, said.err
    assert "It ended as Completed" in said.out
    fails(return_state=True)
    found = prefect("flow-run", "explain", newest(prefect), "-o", "json").json
    assert (found["cause"], found["waiting"], found["state_name"]) == ("ended", False, "Failed")
    assert "no such ledger" in found["sentence"]


def test_no_such_run(prefect: Prefect) -> None:
    unknown = uuid4()
    said = prefect("flow-run", "explain", unknown)
    assert (said.code, said.err) == (1, f"Flow run '{unknown}' not found!\n")


def test_with_a_server_it_is_asked(prefect: Prefect, tmp_path: Path) -> None:
    adds(1)
    run_id, home = newest(prefect), tmp_path / "home"
    server = ServerProcess(home)
    server.start()
    try:
        with temporary_settings({"PREFECT_API_URL": server.api}):
            said = prefect("flow-run", "explain", run_id)
            assert said.code == 0, said.err
            assert "It ended as Completed" in said.out
            unknown = uuid4()
            said = prefect("flow-run", "explain", unknown)
            assert (said.code, said.err) == (1, f"Flow run '{unknown}' not found!\n")
    finally:
        server.stop()
    with temporary_settings({"PREFECT_API_URL": server.api, "PREFECT_CLIENT_MAX_RETRIES": 0}):
        said = prefect("flow-run", "explain", run_id)
        assert said.code == 1
        assert f"No server answers at {server.api}" in said.err
        assert said.err.count("\n") == 1
