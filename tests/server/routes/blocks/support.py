"""Block types, schemas and documents of their own for each test."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.server.support import conforms

NOBODY = "00000000-0000-0000-0000-000000000000"


def fresh(start: str = "x") -> str:
    return f"{start}-{uuid4().hex[:12]}"


async def block_type(api: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    name = fresh("kind")
    response = await api.post("/block_types/", json={"name": name.title(), "slug": name, **given})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = conforms("/block_types/", "post", response)
    return made


async def schema(
    api: httpx.AsyncClient, kind: dict[str, Any], secrets: list[str] | None = None, **given: Any
) -> dict[str, Any]:
    fields = {"title": "Kind", "type": "object", "properties": {}, "block_type_slug": kind["slug"]}
    whole = {**fields, "secret_fields": secrets or [], "block_schema_references": {}}
    response = await api.post("/block_schemas/", json={"block_type_id": kind["id"], "fields": whole, **given})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = conforms("/block_schemas/", "post", response)
    return made


async def document(api: httpx.AsyncClient, of: dict[str, Any], data: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A document of a schema."""
    body = {"name": fresh("block"), "data": data, "block_schema_id": of["id"], "block_type_id": of["block_type_id"]}
    response = await api.post("/block_documents/", json={**body, **given})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = conforms("/block_documents/", "post", response)
    return made


async def data_of(api: httpx.AsyncClient, made: dict[str, Any], secrets: bool = True) -> Any:
    response = await api.get(f"/block_documents/{made['id']}", params={"include_secrets": secrets})
    return conforms("/block_documents/{id}", "get", response)["data"]
