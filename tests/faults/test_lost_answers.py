"""Requests that get no answer, 503 or a broken connection leave the record that an undisturbed server has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import lost_answers
from tests.faults.harm import Fate
from tests.faults.outages import reader
from tests.faults.servers import ServerProcess
from tests.server.support import new_database

ROUNDS = 3
SEED = 3

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


def test_the_record_is_exact(server: ServerProcess, tmp_path: Path, database: str | None) -> None:
    proxy = lost_answers.go_through(server, tmp_path, ROUNDS, SEED)
    assert lost_answers.check(ROUNDS, reader(server, database)) == []
    assert min(proxy.fates[fate] for fate in Fate) > 2
