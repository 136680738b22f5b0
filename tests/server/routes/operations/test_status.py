"""How a server is, for those who operate it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx

from prefect.storage.schema import SCHEMA_VERSION
from prefect.storage.store import Store
from prefect.wire.objects.status import ServerStatus


async def test_everything_that_an_operator_asks_for(api: httpx.AsyncClient, store: Store, database: str) -> None:
    await api.post("/flows/", json={"name": "one"})
    for _ in range(200):
        found = (await api.get("/headrace/status")).json()
        passes = {each["name"]: each for each in found["services"] if each["last_pass"]}
        if "late_runs" in passes:
            break
        await asyncio.sleep(0.02)
    ServerStatus.model_validate(found)
    assert found["ready"] is True
    assert found["problem"] is None
    assert found["prefect_version"] == "3.8.8"
    assert datetime.fromisoformat(found["started"]) > datetime.now(UTC) - timedelta(minutes=5)
    record = found["record"]
    assert record["kind"] == store.dialect
    assert record["schema_version"] == SCHEMA_VERSION
    assert "flow" in {table["name"] for table in record["tables"]} or store.dialect == "postgresql"
    late = passes["late_runs"]
    assert late["performed_here"] is True
    assert late["description"]
    assert late["error"] is None
    if store.dialect == "postgresql":
        assert late["by"].startswith("process ")


async def test_the_address_of_the_record_shows_no_password(api: httpx.AsyncClient, database: str) -> None:
    place = (await api.get("/headrace/status")).json()["record"]["place"]
    assert place == database.removeprefix("sqlite:///") or place.startswith("PostgreSQL database ")
    assert "://" not in place


async def test_ready_writes_and_is_cheap_to_ask(api: httpx.AsyncClient, store: Store) -> None:
    for _ in range(5):
        response = await api.get("/ready")
        assert (response.status_code, response.json()) == (200, {"message": "OK"})
    [(row,)] = store.read(lambda tx: tx.all("SELECT done FROM service WHERE name = 'readiness'"))
    assert row == 0
    assert "readiness" not in {each["name"] for each in (await api.get("/headrace/status")).json()["services"]}
