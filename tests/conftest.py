"""What every test stands on: a home of its own, no network beyond this machine, a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import postgres

ROOT = Path(__file__).resolve().parent.parent
LAST_ROOMS = ("examples", "docs", "typing", "acceptance", "faults", "simulation")

# Before anything of ours is imported: no test may read or write the record of the person who runs it.
for name in [name for name in os.environ if name.startswith("PREFECT_")]:
    del os.environ[name]
_home = tempfile.mkdtemp(prefix="headrace-tests-")
os.environ["PREFECT_HOME"] = _home


def pytest_unconfigure() -> None:
    shutil.rmtree(_home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rooms that start processes come last, and within a room what is marked slow."""
    items.sort(key=lambda item: (_lateness(item.path), item.get_closest_marker("slow") is not None))


def _lateness(path: Path) -> int:
    room = path.relative_to(ROOT / "tests").parts[0]
    return LAST_ROOMS.index(room) + 1 if room in LAST_ROOMS else 0


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """A connection to anywhere but this machine is an error, whoever opens it."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(call: Any) -> Any:
        def checked(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                raise AssertionError(f"a test connects to {address!r}; tests talk to this machine only")
            return call(self, address)

        return checked

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        yield


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host == "::1" or host.startswith("127.") or host == socket.gethostname()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL server that lasts for the session; without binaries skipped, in CI failed."""
    binaries = postgres.find_binaries()
    if binaries is None:
        problem = "no PostgreSQL binaries (initdb, postgres) on PATH or below /usr/lib/postgresql"
        if os.environ.get("CI"):
            pytest.fail(problem)
        pytest.skip(problem)
    with postgres.server(binaries) as url:
        yield url
