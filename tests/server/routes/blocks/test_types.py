"""Block types and schemas over REST."""

from __future__ import annotations

import httpx
import pytest

from tests.server.routes.blocks.support import NOBODY, block_type, document, fresh, schema
from tests.server.support import conforms


async def test_a_block_type_is_made_read_described_anew_and_removed(api: httpx.AsyncClient) -> None:
    made = await block_type(api, description="d", logo_url="https://example.com/x.png")
    for path in (f"/block_types/{made['id']}", f"/block_types/slug/{made['slug']}"):
        assert (await api.get(path)).json() == made
    changes = {"description": None, "code_example": "x"}
    assert (await api.patch(f"/block_types/{made['id']}", json=changes)).status_code == 204
    found = (await api.get(f"/block_types/{made['id']}")).json()
    assert (found["description"], found["code_example"], found["logo_url"]) == (None, "x", "https://example.com/x.png")
    assert (await api.delete(f"/block_types/{made['id']}")).status_code == 204
    for response in (
        await api.get(f"/block_types/{made['id']}"),
        await api.get(f"/block_types/slug/{made['slug']}"),
        await api.patch(f"/block_types/{made['id']}", json={}),
        await api.delete(f"/block_types/{made['id']}"),
    ):
        assert (response.status_code, response.json()) == (404, {"detail": "Block type not found"})


@pytest.mark.parametrize(
    ("given", "status", "message"),
    [
        ({"name": "Prefect thing", "slug": "thing"}, 403, "Block type names beginning with 'Prefect' are reserved."),
        ({"name": "prefect-thing", "slug": "thing"}, 403, "Block type names beginning with 'Prefect' are reserved."),
        ({"name": "a/b", "slug": "thing"}, 422, "String should match pattern"),
        ({"name": "a", "slug": "No_Slug"}, 422, "must only contain lowercase letters, numbers, and dashes"),
        ({"name": "a", "slug": "thing", "is_protected": True}, 422, "Extra inputs are not permitted"),
    ],
)
async def test_what_no_block_type_may_be(
    api: httpx.AsyncClient, given: dict[str, object], status: int, message: str
) -> None:
    response = await api.post("/block_types/", json=given)
    assert response.status_code == status
    assert message in response.text


async def test_a_slug_belongs_to_one_block_type(api: httpx.AsyncClient) -> None:
    made = await block_type(api)
    again = await api.post("/block_types/", json={"name": "Other", "slug": made["slug"]})
    assert (again.status_code, again.json()) == (409, {"detail": 'Block type with name "Other" already exists'})


async def test_block_types_are_filtered_by_what_they_can_do(api: httpx.AsyncClient) -> None:
    mark = fresh()
    able, unable = await block_type(api, name=f"b {mark}"), await block_type(api, name=f"a {mark}")
    await schema(api, able, capabilities=[mark, "more"])
    named = {"block_types": {"name": {"like_": mark}}}
    listed = conforms("/block_types/filter", "post", await api.post("/block_types/filter", json=named))
    assert [one["id"] for one in listed] == [unable["id"], able["id"]]
    both = {**named, "block_schemas": {"block_capabilities": {"all_": [mark]}}}
    assert [one["id"] for one in (await api.post("/block_types/filter", json=both)).json()] == [able["id"]]
    slugs = {"block_types": {"slug": {"any_": [unable["slug"]]}}}
    assert [one["id"] for one in (await api.post("/block_types/filter", json=slugs)).json()] == [unable["id"]]
    found = conforms("/block_capabilities/", "get", await api.get("/block_capabilities/"))
    assert mark in found


async def test_types_that_come_with_the_server_stay(api: httpx.AsyncClient) -> None:
    response = await api.post("/block_types/install_system_block_types")
    assert (response.status_code, response.json()) == (200, None)
    secret = (await api.get("/block_types/slug/secret")).json()
    assert secret["is_protected"] is True
    assert (await api.patch(f"/block_types/{secret['id']}", json={"description": "mine"})).status_code == 204
    refused = await api.delete(f"/block_types/{secret['id']}")
    assert (refused.status_code, refused.json()) == (403, {"detail": "protected block types cannot be deleted."})
    given = {"block_schemas": {"block_type_id": {"any_": [secret["id"]]}}}
    (own,) = (await api.post("/block_schemas/filter", json=given)).json()
    refused = await api.delete(f"/block_schemas/{own['id']}")
    assert (refused.status_code, refused.json()) == (
        403,
        {"detail": "Block schemas for protected block types cannot be deleted."},
    )


# --- schemas


async def test_a_schema_is_known_by_its_checksum(api: httpx.AsyncClient) -> None:
    kind = await block_type(api)
    made = await schema(api, kind, capabilities=["b", "a"])
    assert made["block_type"] == kind
    assert made["capabilities"] == ["b", "a"]
    again = await api.post("/block_schemas/", json={"block_type_id": kind["id"], "fields": made["fields"]})
    assert (again.status_code, again.json()) == (200, made)
    later = await schema(api, kind, version="1.0")
    assert later["checksum"] == made["checksum"]
    path = f"/block_schemas/checksum/{made['checksum']}"
    assert conforms("/block_schemas/checksum/{checksum}", "get", await api.get(path))["id"] == later["id"]
    assert (await api.get(path, params={"version": "non-versioned"})).json() == made
    assert (await api.get(f"/block_schemas/{made['id']}")).json() == made
    for missing in (f"{path}?version=2", "/block_schemas/checksum/none", f"/block_schemas/{NOBODY}"):
        response = await api.get(missing)
        assert (response.status_code, response.json()) == (404, {"detail": "Block schema not found"})


async def test_schemas_are_filtered_newest_first(api: httpx.AsyncClient) -> None:
    kind, mark = await block_type(api), fresh()
    one = await schema(api, kind, capabilities=[mark])
    two = await schema(api, kind, version="1.0")

    async def ids(**given: object) -> list[str]:
        response = await api.post("/block_schemas/filter", json={"block_schemas": given})
        return [found["id"] for found in conforms("/block_schemas/filter", "post", response)]

    of_type = {"any_": [kind["id"]]}
    assert await ids(block_type_id=of_type) == [two["id"], one["id"]]
    assert await ids(block_capabilities={"all_": [mark]}) == [one["id"]]
    assert await ids(block_type_id=of_type, version={"any_": ["1.0"]}) == [two["id"]]
    assert await ids(id={"any_": [one["id"]]}, version={"any_": ["1.0"]}, block_type_id=of_type) == []
    assert await ids(id={"any_": [one["id"]]}, block_type_id={"any_": []}, operator="or_") == [one["id"]]


async def test_a_schema_needs_the_types_it_names(api: httpx.AsyncClient) -> None:
    refused = await api.post("/block_schemas/", json={"block_type_id": NOBODY, "fields": {}})
    assert (refused.status_code, refused.json()) == (404, {"detail": f"Block type {NOBODY} not found."})
    kind = await block_type(api)
    for references in ({"a": {"block_type_slug": "nowhere"}}, {"a": [{"block_type_slug": "nowhere"}]}):
        fields = {"title": "T", "block_type_slug": kind["slug"], "block_schema_references": references}
        refused = await api.post("/block_schemas/", json={"block_type_id": kind["id"], "fields": fields})
        assert refused.status_code == 409
        assert "block type 'nowhere' was not found" in refused.json()["detail"]
    for odd in ({"a": 3}, [1], "x", {"a": {"block_type_slug": 1}}, None):
        fields = {"title": fresh(), "block_schema_references": odd, "secret_fields": odd}
        made = await api.post("/block_schemas/", json={"block_type_id": kind["id"], "fields": fields})
        assert made.status_code == 201


async def test_what_belongs_to_a_type_or_schema_goes_with_it(api: httpx.AsyncClient) -> None:
    kind = await block_type(api)
    one, two = await schema(api, kind), await schema(api, kind, version="2")
    first, second = await document(api, one, {}), await document(api, two, {})
    assert (await api.delete(f"/block_schemas/{one['id']}")).status_code == 204
    assert (await api.delete(f"/block_schemas/{one['id']}")).status_code == 404
    assert (await api.get(f"/block_documents/{first['id']}")).status_code == 404
    assert (await api.delete(f"/block_types/{kind['id']}")).status_code == 204
    assert (await api.get(f"/block_documents/{second['id']}")).status_code == 404
    assert (await api.get(f"/block_schemas/{two['id']}")).status_code == 404
