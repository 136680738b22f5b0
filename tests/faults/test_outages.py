"""Flows go on while their server dies or cannot be reached, and the record is whole afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import outages
from tests.faults.outages import Load
from tests.faults.servers import ServerProcess
from tests.server.support import new_database

LOAD = Load(flows=3, tasks=60, lines=5, seconds=0.04)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str | None:
    return new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


@pytest.fixture
def server(tmp_path: Path, database: str | None) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path / "server", database)
    server.start()
    yield server
    server.stop()


def test_the_server_is_killed(server: ServerProcess, tmp_path: Path, database: str | None) -> None:
    outages.killed(LOAD, server, tmp_path, 2, random.Random(7))
    assert outages.check(LOAD, outages.reader(server, database)) == []


def test_the_network_is_cut(server: ServerProcess, tmp_path: Path, database: str | None) -> None:
    outages.cut_off(LOAD, server, tmp_path, 4.0)
    assert outages.check(LOAD, outages.reader(server, database)) == []


def test_a_proxy_blocks_websockets(server: ServerProcess, tmp_path: Path, database: str | None) -> None:
    outages.without_websockets(LOAD, server, tmp_path)
    assert outages.check(LOAD, outages.reader(server, database)) == []
