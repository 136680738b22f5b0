"""Odd records are refused or harmless: lists are answered, duties go on, and the server can be started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from prefect.connect import CLOCK
from prefect.server.building import all_routes
from prefect.services.duties import standard_duties
from prefect.services.retention import Ages, Retention, Rhythm
from tests.faults import odd
from tests.faults.servers import ServerProcess
from tests.server.support import new_database, opened

YEAR = timedelta(days=365)
KEPT = Ages(events=YEAR, named_events={}, logs=YEAR, history=YEAR, audit=YEAR, flow_runs=YEAR)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str | None:
    return new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None


@pytest.fixture
def server(tmp_path: Path, database: str | None) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path, database)
    server.start()
    yield server
    server.stop()


def lists() -> list[str]:
    """Paths of all routes that list or count and need nothing to be named."""
    ends = ("/filter", "/count", "/paginate")
    paths = [route.path for route in all_routes() if route.method == "POST" and route.path.endswith(ends)]
    return [path for path in paths if "{" not in path]


def all_answer(client: odd.Client) -> None:
    for path in lists():
        answer = client.http.post(path, json={})
        assert answer.status_code == 200, (path, answer.text[:500])
    for kind in ("flows", "flow_runs", "task_runs", "deployments", "block_documents", "automations"):
        path = {"block_documents": "/block_documents/filter"}.get(kind, f"/{kind}/filter")
        for item in client.http.post(path, json={}).json():
            answer = client.http.get(f"/{kind}/{item['id']}")
            assert answer.status_code == 200, (kind, item["name"][:100], answer.text[:500])


def test_nothing_is_harmed(server: ServerProcess, database: str | None) -> None:
    with closing(odd.Client(server.api)) as client:
        odd.send_all(client)
        assert client.harmed == []
        assert len(client.taken) > 20, client.refused
        assert len(client.refused) > 15, client.taken
        all_answer(client)
    server.stop()
    with closing(opened(database or f"sqlite:///{server.home / 'prefect.db'}")) as store:
        for duty in standard_duties(retention=Retention(KEPT, Rhythm(60.0, 60.0, 200))):
            duty.tick(store, CLOCK)
    server.start()
    with closing(odd.Client(server.api)) as client:
        all_answer(client)
    assert "Traceback" not in server.log.read_text()
