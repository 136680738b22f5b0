"""The storeys hold: imports point one way, the core is pure, `from prefect import flow, task` stays light.

The contracts themselves stand in `pyproject.toml`; here they run, with what import-linter can't say.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator

import pytest

from tests.support import source
from tests.support.source import Module

# Where the moment, an id or chance come from must be an argument: `core.ports.Clock`.
MOMENTS = set(
    """
    datetime.now datetime.utcnow datetime.today date.today time.time time.monotonic time.time_ns
    time.perf_counter uuid.uuid1 uuid.uuid4 uuid4 uuid1 os.urandom secrets.token_hex
    secrets.token_bytes
    """.split()
)
ENVIRONMENT = {"os.environ", "os.getenv", "environ", "getenv", "os.putenv", "os.environb"}
# Where the name to import differs from the name to install.
DISTRIBUTIONS = {
    "yaml": "pyyaml",
    "pydantic_core": "pydantic",
    "dask": "distributed",
    "dateutil": "python-dateutil",
    "prometheus_client": "prometheus-client",
}
LOADED_BY_OTHERS = {"tzdata", "httptools", "uvloop"}
"""What the standard library or the HTTP server looks for and uses if it is there."""

HEAVY = set(
    """
    pydantic sqlalchemy fastapi starlette uvicorn httpx rich click docker cloudpickle alembic fsspec
    numpy pandas psycopg opentelemetry
    """.split()
)


@pytest.mark.timeout(120)
def test_import_contracts() -> None:
    """In a process of its own, since the linter switches off every logger that there is."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    done = subprocess.run(command, cwd=source.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("room", ["core", "engine"])
def test_time_ids_and_chance_are_arguments(room: str) -> None:
    taken = [place for module in _in_room(room) for place in _calls(module, _is_moment)]
    assert not taken, f"ask the clock that is passed in: {taken}"


def test_only_settings_read_the_environment() -> None:
    rooms = [module for module in source.modules() if module.parts[:1] != ("settings",)]
    readers = [place for module in rooms for place in _mentions(module, ENVIRONMENT)]
    assert not readers, f"take the value as an argument, or add a setting: {readers}"


def test_nothing_below_imports_the_root() -> None:
    """`from prefect import x` reads the table of public names, which stands above all storeys."""
    rooms = [module for module in source.modules() if module.parts]
    importers = [module.path for module in rooms for name, _ in source.imports(module.tree) if name == "prefect"]
    assert not importers


def test_third_parties_are_declared_and_used() -> None:
    """Whoever installs the package, or an extra, gets what it imports, and nothing it doesn't."""
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text())["project"]
    extras = {name for wanted in project["optional-dependencies"].values() for name in map(distribution, wanted)}
    declared = set(map(distribution, project["dependencies"]))
    names = {name.split(".")[0] for module in source.modules() for name, _ in source.imports(module.tree)}
    imported = {DISTRIBUTIONS.get(name, name) for name in names - sys.stdlib_module_names - {"prefect"}}
    assert not imported - declared - extras
    assert declared - imported <= LOADED_BY_OTHERS


def distribution(requirement: str) -> str:
    found = re.match(r"[\w-]+", requirement)
    assert found
    return found[0]


def test_importing_flow_and_task_is_light() -> None:
    code = "from prefect import flow, task; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & HEAVY


def test_importing_has_no_effects(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No file, no folder, no thread, no output: only names."""
    home = tmp_path_factory.mktemp("untouched") / "home"
    code = "from prefect import flow, task; import threading; print(threading.active_count())"
    environment = {"PREFECT_HOME": str(home), "HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert (done.stdout, done.stderr, home.exists()) == ("1\n", "", False)


def _in_room(room: str) -> list[Module]:
    found = [module for module in source.modules() if module.parts[:1] == (room,)]
    assert found, f"no module below src/prefect/{room}"
    return found


def _calls(module: Module, forbidden: Callable[[str], bool]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and forbidden(source.dotted(node.func)):
            yield f"{module.path}:{node.lineno} {source.dotted(node.func)}"


def _is_moment(call: str) -> bool:
    return call.startswith("random.") or any(call == name or call.endswith(f".{name}") for name in MOMENTS)


def _mentions(module: Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name) and source.dotted(node) in names:
            yield f"{module.path}:{node.lineno} {source.dotted(node)}"
