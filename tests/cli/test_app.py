"""The command itself: help, unknown commands, errors, what it imports and how it exits."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from prefect import __version__
from prefect.cli.app import ALIASES, ROOMS, SINGLE, load
from tests.cli.conftest import Prefect

ENTRIES = [(room, name, place) for room, (_, entries) in ROOMS.items() for name, (place, _) in entries.items()]


def test_help_lists_every_room_and_alias(prefect: Prefect) -> None:
    said = prefect("--help")
    assert said.code == 0
    assert all(name in said.out for name in [*ROOMS, *SINGLE, *ALIASES])


@pytest.mark.parametrize(("room", "name", "place"), ENTRIES)
def test_every_command_of_the_table_is_there(prefect: Prefect, room: str, name: str, place: str) -> None:
    assert isinstance(load(f"cli.{place}"), click.Command)
    said = prefect(room, name, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: prefect {room} {name}")


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases_are_the_same_rooms(prefect: Prefect, alias: str) -> None:
    assert "Commands:" in prefect(alias, "--help").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense",), 'Unknown command "nonsense"'),
        (("flow-run", "nonsense"), "Available commands: ls, inspect, explain"),
        (("flow-run", "ls", "--limit", "abc"), "'abc' is not a valid int"),
        (("flow-run", "ls", "--limit", "-1"), "-1 is not in the range"),
        (("flow-run", "inspect"), "Missing argument 'ID'"),
        (("flow-run", "inspect", "nope"), "'nope' is not a valid UUID"),
        (("flow-run", "ls", "--nope"), "No such option"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(prefect: Prefect, arguments: tuple[str, ...], message: str) -> None:
    said = prefect(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1


def test_version_by_option(prefect: Prefect) -> None:
    assert prefect("--version").out == f"{__version__}\n"
    assert prefect("-v").code == 0


def _break(home: Path, how: str) -> None:
    home.mkdir()
    path = home / "prefect.db"
    if how == "corrupt":
        path.write_bytes(b"this is no database, " * 500)
    elif how == "newer":
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 999")
        connection.close()


@pytest.mark.parametrize(("how", "message"), [("corrupt", "damaged or no database"), ("newer", "Upgrade headrace")])
@pytest.mark.parametrize("command", [("flow-run", "ls"), ("task-run", "ls"), ("variable", "get", "x")])
def test_a_broken_database_is_one_line_and_exit_1(
    home: Path, capsys: pytest.CaptureFixture[str], how: str, message: str, command: tuple[str, ...]
) -> None:
    _break(home, how)
    assert import_module("prefect.cli.app").run(list(command)) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1


def _modules_after(arguments: str) -> set[str]:
    code = f"import sys; from prefect.cli.app import run; run({arguments}); print('MODULES', *sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    return set(result.stdout.partition("MODULES ")[2].split())


def test_help_imports_no_command() -> None:
    loaded = _modules_after("['--help']")
    assert not {"rich", "sqlalchemy", "pydantic", "prefect.connect", "sqlite3"} & loaded


def test_the_plain_list_of_flow_runs_needs_no_sqlalchemy() -> None:
    assert not {"sqlalchemy", "pydantic", "asyncio"} & _modules_after("['flow-run', 'ls', '-o', 'json']")


def test_the_installed_command_runs() -> None:
    code = "from prefect.cli.app import main; main()"
    result = subprocess.run([sys.executable, "-c", code, "nonsense"], capture_output=True, text=True)
    assert result.returncode == 2
    assert re.match(r"Unknown command", result.stderr)


def test_a_profile_for_one_command(tmp_path: Path) -> None:
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    code = "from prefect.cli.app import main; main()"
    arguments = [sys.executable, "-c", code, "-p", "local", "config", "view"]
    result = subprocess.run(arguments, capture_output=True, text=True, env=environment)
    assert "PREFECT_PROFILE='local'" in result.stdout
    assert "PREFECT_API_URL='http://127.0.0.1:4200/api'" in result.stdout
