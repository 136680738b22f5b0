"""Requests made from the served document, as it allows and as it does not: no 5xx, no silence, answers as documented."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.servers import ServerProcess
from tests.server import schemathesis_run
from tests.server.support import new_database

EXAMPLES = 1
"""Of each operation as documented, and as many that are not; `python -m tests.server.schemathesis_run` makes more."""

SEED = 1

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    database = new_database(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None
    server = ServerProcess(tmp_path, database, PREFECT_SERVER_API_AUTH_STRING=schemathesis_run.PASSWORD)
    server.start()
    yield server
    server.stop()


def test_every_operation(server: ServerProcess) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        findings = schemathesis_run.run(server.api, EXAMPLES, SEED)
    assert findings.problems == []
    assert list(schemathesis_run.tracebacks(server.log.read_text())) == []
    assert findings.operations > 200
    assert findings.statuses[200] > 50
