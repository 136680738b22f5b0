"""The server's settings and its default result storage."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from prefect.server.main import options_from
from prefect.settings import Settings, temporary_settings
from prefect.storage.store import Store
from tests.server.support import conforms, serving

SECRETS = {
    "server.api.auth_string": "root:planted-passw0rd",
    "server.encryption_key": "planted-passw0rd-key",
    "server.database.connection_url": "sqlite:////tmp/planted-passw0rd.db",
    "api.key": "planted-passw0rd",
    "client.custom_headers": {"X-Key": "planted-passw0rd"},
}


async def test_settings_without_their_secrets(store: Store, server_home: Path) -> None:
    with temporary_settings(SECRETS):
        shown = options_from(Settings().copy_with_update(SECRETS)).settings
    async with serving(store, server_home, services=False, settings=shown) as api:
        answer = await api.get("/admin/settings")
    settings = conforms("/admin/settings", "get", answer)
    assert "passw0rd" not in answer.text
    assert settings["server"]["api"]["auth_string"] == "**********"
    assert settings["server"]["database"]["password"] is None
    assert settings["client"]["custom_headers"] == {"X-Key": "**********"}
    assert settings["server"]["api"]["csrf_token_expiration"] == "PT1H"
    assert settings["server"]["services"]["late_runs"]["loop_seconds"] == 5.0


async def block(api: httpx.AsyncClient, *capabilities: str) -> str:
    """A new block document that is capable of something."""
    kind = (await api.post("/block_types/", json={"name": f"Thing {uuid4()}", "slug": f"thing-{uuid4().hex}"})).json()
    schema = {"block_type_id": kind["id"], "fields": {"title": kind["slug"], "type": "object", "properties": {}}}
    schema |= {"capabilities": list(capabilities)}
    schema_id = (await api.post("/block_schemas/", json=schema)).json()["id"]
    document = {"name": "one", "data": {}, "block_type_id": kind["id"], "block_schema_id": schema_id}
    made = await api.post("/block_documents/", json=document)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_default_result_storage(api: httpx.AsyncClient) -> None:
    nothing = {"default_result_storage_block_id": None}
    place = "/admin/storage"
    assert conforms(place, "get", await api.get(place)) == nothing
    missing = str(uuid4())
    refused = await api.put(place, json={"default_result_storage_block_id": missing})
    assert (refused.status_code, refused.json()) == (404, {"detail": f"Block document {missing} not found."})
    unfit = await block(api, "read-path")
    refused = await api.put(place, json={"default_result_storage_block_id": unfit})
    assert refused.status_code == 422
    assert refused.json() == {"detail": f"Block document {unfit} cannot be used for result storage."}
    wanted = {"default_result_storage_block_id": await block(api, "read-path", "write-path")}
    assert conforms(place, "put", await api.put(place, json=wanted)) == wanted
    assert (await api.get(place)).json() == wanted
    for _ in range(2):
        assert (await api.delete(place)).status_code == 204
    assert (await api.get(place)).json() == nothing
    await api.put(place, json=wanted)
    await api.delete(f"/block_documents/{wanted['default_result_storage_block_id']}")
    assert (await api.get(place)).json() == nothing


@pytest.mark.parametrize(
    "body", [{}, {"default_result_storage_block_id": None}, {"default_result_storage_block_id": 1}, []]
)
async def test_no_storage(api: httpx.AsyncClient, body: object) -> None:
    assert (await api.put("/admin/storage", json=body)).status_code == 422
