"""Servers on PostgreSQL: several first started at once, and a database that goes away and comes back."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.proxies import Proxy
from tests.faults.servers import ServerProcess
from tests.faults.test_server_disk import ask, check_log, until
from tests.server.support import new_database

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(300)]
TIMES = 10


def test_two_servers_start_on_an_empty_database_at_once(postgres_url: str, tmp_path: Path) -> None:
    failures = []
    for number in range(TIMES):
        database, home = new_database(postgres_url), tmp_path / str(number)
        servers = [ServerProcess(home, database), ServerProcess(home, database)]
        for server in servers:
            server.begin()
        try:
            for server in servers:
                server.await_health()
                if ask(server, "/flows/", {"name": f"of {server.port}"})[0] != 201 or server.log.stat().st_size:
                    failures.append((number, server.log.read_text()))
        finally:
            for server in servers:
                server.stop()
        with psycopg.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM flow").fetchone() == (2,)
            assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    assert failures == []


def test_a_database_that_goes_away_and_comes_back(postgres_url: str, tmp_path: Path) -> None:
    database = new_database(postgres_url)
    port = int(database.rpartition(":")[2].partition("/")[0])
    with Proxy(port) as proxy:
        server = ServerProcess(tmp_path / "home", database.replace(f":{port}/", f":{proxy.port}/"))
        server.start()
        began = time.monotonic()
        try:
            assert ask(server, "/flows/", {"name": "before"})[0] == 201
            proxy.cut()
            until(lambda: ask(server, "/ready")[0] == 503)
            assert "PostgreSQL database" in ask(server, "/ready")[1]["detail"]
            assert ask(server, "/health") == (200, True)
            status, said = ask(server, "/flows/", {"name": "during"})
            assert (status, "PostgreSQL database" in said["detail"]) == (503, True)
            assert ask(server, "/flows/filter", {})[0] == 503
            time.sleep(10)
            proxy.mend()
            assert until(lambda: ask(server, "/ready")[0] == 200) < 5
            assert ask(server, "/flows/", {"name": "after"})[0] == 201
            check_log(server, time.monotonic() - began)
        finally:
            server.stop()
