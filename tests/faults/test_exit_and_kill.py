"""The server is killed in the instant a flow has ended: what it recorded is there after another start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import exits, outages
from tests.faults.outages import Load
from tests.faults.servers import ServerProcess
from tests.server.support import new_database

REPEATS = 3

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str | None:
    return new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


@pytest.fixture
def server(tmp_path: Path, database: str | None) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path / "server", database)
    server.start()
    yield server
    server.stop()


def test_nothing_is_lost(server: ServerProcess, tmp_path: Path, database: str | None) -> None:
    for _ in range(REPEATS):
        exits.exit_and_kill(server, tmp_path / "client")
    whole = Load(REPEATS, exits.LOAD.tasks, exits.LOAD.lines)
    assert outages.check(whole, outages.reader(server, database)) == []
