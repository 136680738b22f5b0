"""Results planted in a storage, and references planted through REST: nothing of them runs, nothing elsewhere is read."""

from __future__ import annotations

import base64
import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.faults.processes import run
from tests.faults.servers import ServerProcess
from tests.server.support import new_database

SECRET = "what-nobody-may-read"
PICKLE = {"type": "pickle", "picklelib": "pickle", "picklelib_version": None}
JSON = {"type": "json", "jsonlib": "json"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


class Planter:
    """Somebody who writes to storages and to the API."""

    def __init__(self, server: ServerProcess, home: Path) -> None:
        self.server = server
        self.home = home
        self.marker = home.parent / "it-ran"
        self.outside = home.parent / "outside"
        for folder in (self.home / "storage", self.outside):
            folder.mkdir(parents=True, mode=0o700)

    def code(self) -> bytes:
        """A pickle that leaves a mark when it is loaded."""
        marker = str(self.marker)

        class Evil:
            def __reduce__(self) -> Any:
                return os.mkdir, (marker,)

        return pickle.dumps(Evil())

    def record(self, key: str, result: str, serializer: dict[str, Any]) -> bytes:
        """A result as Prefect stores it."""
        metadata = {"storage_key": key, "expiration": None, "serializer": serializer, "prefect_version": "3.8.8"}
        return json.dumps({"metadata": {**metadata, "storage_block_id": None}, "result": result}).encode()

    def plant(self, path: Path) -> None:
        """Put a pickle there, as a result."""
        path.write_bytes(self.record(str(path), base64.encodebytes(self.code()).decode(), PICKLE))

    def refer(self, key: Any, block: str | None = None, serializer: dict[str, Any] | None = None) -> str:
        """The id of a run whose state says that its result lies there."""
        with httpx.Client(base_url=self.server.api, trust_env=False) as client:
            flow = client.post("/flows/", json={"name": "planted"}).json()["id"]
            data = {"storage_key": key, "expiration": None, "serializer": serializer or PICKLE}
            data |= {"prefect_version": "3.8.8", "storage_block_id": block}
            state = {"type": "COMPLETED", "data": data}
            made = client.post("/flow_runs/", json={"flow_id": flow, "state": state})
            assert made.status_code == 201, made.text
            run_id: str = made.json()["id"]
            return run_id

    def run(self, *arguments: str) -> list[str]:
        """What a program of a client says."""
        code, output = run("trusting", *arguments, home=self.home, PREFECT_API_URL=self.server.api)
        assert code == 0, output
        assert SECRET not in output
        assert not self.marker.exists(), output
        return output.splitlines()

    def read(self, run_id: str) -> str:
        """What comes of asking for a run's result: a line."""
        [line] = [line for line in self.run("read", run_id) if line.startswith(("value", "refused"))]
        return line


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    in_file = request.param == "sqlite"
    database = None if in_file else new_database(request.getfixturevalue("postgres_url"))
    server = ServerProcess(tmp_path_factory.mktemp("planted") / "server", database)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def planter(server: ServerProcess, tmp_path: Path) -> Planter:
    return Planter(server, tmp_path / "home")


def test_a_pickle_in_the_cache_is_not_loaded(planter: Planter) -> None:
    planter.plant(planter.home / "storage" / "the-key")
    lines = planter.run("cached")
    assert "computed" in lines
    assert "result a value" in lines
    assert any("is not used" in line for line in lines)


def test_a_result_that_is_ours_is_read(planter: Planter) -> None:
    planter.run("cached")
    assert planter.read(planter.refer("the-key")) == "value 'a value'"


def test_a_reference_to_a_planted_pickle_is_refused(planter: Planter) -> None:
    planter.plant(planter.home / "storage" / "planted")
    assert planter.read(planter.refer("planted")).startswith("refused UntrustedResult")


@pytest.mark.parametrize(
    "key", ["../outside/secret", "../../outside/secret", "{outside}/secret", "link/secret", "/etc/passwd"]
)
def test_no_reference_leads_outside(planter: Planter, key: str) -> None:
    (planter.outside / "secret").write_bytes(planter.record("secret", json.dumps(SECRET), JSON))
    (planter.home / "storage" / "link").symlink_to(planter.outside)
    found = planter.read(planter.refer(key.format(outside=planter.outside), serializer=JSON))
    assert found.startswith("refused ValueError")
    assert "outside of the base path" in found


@pytest.mark.parametrize("key", [None, 5, ["a"], {"a": 1}, "", "a\nb", "nothing", "x" * 5000])
def test_a_reference_to_nothing_is_refused(planter: Planter, key: Any) -> None:
    assert planter.read(planter.refer(key)).startswith("refused ")


def test_a_storage_elsewhere_runs_nothing(planter: Planter) -> None:
    planter.plant(planter.outside / "planted")
    elsewhere, no_storage = (
        line.split()[1] for line in planter.run("save", str(planter.outside)) if line.startswith("id")
    )
    assert planter.read(planter.refer("planted", elsewhere)).startswith("refused UntrustedResult")
    assert "outside of the base path" in planter.read(planter.refer("../home/results.key", elsewhere))
    assert planter.read(planter.refer("planted", no_storage)).startswith("refused TypeError")
    assert planter.read(planter.refer("planted", str(uuid4()))).startswith("refused ValueError")
    assert planter.read(planter.refer("planted", "../../x")).startswith("refused ValueError")
