"""Block documents over REST: what they hold, what they refer to, and who sees their secrets."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from prefect.core.blocks import reference_to
from tests.server.routes.blocks.support import NOBODY, block_type, data_of, document, fresh, schema
from tests.server.support import conforms, opened, serving, sqlite_url

MASK = "********"


async def test_secrets_are_masked_unless_they_are_asked_for(api: httpx.AsyncClient) -> None:
    kind = await block_type(api)
    of = await schema(api, kind, ["password", "deep.*"])
    data = {"user": "u", "password": "hunter2", "deep": {"a": "s", "b": {"c": "t"}}}
    hidden = {"user": "u", "password": MASK, "deep": {"a": MASK, "b": {"c": MASK}}}
    made = await document(api, of, data)
    assert made["data"] == hidden
    assert made["block_type_name"] == kind["name"]
    assert made["block_schema"] == of
    by_name = f"/block_types/slug/{kind['slug']}/block_documents/name/{made['name']}"
    for path in (f"/block_documents/{made['id']}", by_name):
        assert (await api.get(path)).json() == made
        assert (await api.get(path, params={"include_secrets": True})).json() == {**made, "data": data}
    listing = f"/block_types/slug/{kind['slug']}/block_documents"
    assert (await api.get(listing)).json() == [made]
    assert (await api.get(listing, params={"include_secrets": True})).json()[0]["data"] == data
    wanted = {"block_documents": {"id": {"any_": [made["id"]]}}}
    assert (await api.post("/block_documents/filter", json=wanted)).json() == [made]
    shown = await api.post("/block_documents/filter", json={**wanted, "include_secrets": True})
    assert shown.json()[0]["data"] == data


async def test_what_is_missing(api: httpx.AsyncClient) -> None:
    kind = await block_type(api)
    for response in (
        await api.get(f"/block_documents/{NOBODY}"),
        await api.patch(f"/block_documents/{NOBODY}", json={}),
        await api.delete(f"/block_documents/{NOBODY}"),
        await api.get(f"/block_types/slug/{kind['slug']}/block_documents/name/none"),
        await api.get("/block_types/slug/none/block_documents/name/none"),
    ):
        assert (response.status_code, response.json()) == (404, {"detail": "Block document not found"})
    response = await api.get("/block_types/slug/none/block_documents")
    assert (response.status_code, response.json()) == (404, {"detail": "Block type not found"})


async def test_a_name_belongs_to_one_document_of_a_type(api: httpx.AsyncClient) -> None:
    one, two = await schema(api, await block_type(api)), await schema(api, await block_type(api))
    made = await document(api, one, {})
    await document(api, two, {}, name=made["name"])
    body = {"name": made["name"], "block_schema_id": one["id"], "block_type_id": one["block_type_id"]}
    again = await api.post("/block_documents/", json=body)
    assert (again.status_code, again.json()) == (409, {"detail": "Block already exists"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "No Dashes"}, "must only contain lowercase letters, numbers, and dashes"),
        ({"name": None}, "Names must be provided for block documents."),
        ({"data": {"x": float("1e308")}, "unknown": 1}, "Extra inputs are not permitted"),
    ],
)
async def test_what_no_document_may_be(api: httpx.AsyncClient, given: dict[str, object], message: str) -> None:
    of = await schema(api, await block_type(api))
    body = {"name": "x", "block_schema_id": of["id"], "block_type_id": of["block_type_id"], **given}
    response = await api.post("/block_documents/", json=body)
    assert response.status_code == 422
    assert message in response.text


async def test_anonymous_documents_get_a_name_and_are_listed_when_asked_for(api: httpx.AsyncClient) -> None:
    of = await schema(api, await block_type(api))
    named = await document(api, of, {})
    unnamed = await document(api, of, {}, name=None, is_anonymous=True)
    assert unnamed["name"].startswith("anonymous-")
    of_type = {"block_type_id": {"any_": [of["block_type_id"]]}}

    async def ids(**given: object) -> list[str]:
        response = await api.post("/block_documents/filter", json={"block_documents": {**of_type, **given}})
        return sorted(found["id"] for found in conforms("/block_documents/filter", "post", response))

    assert await ids() == [named["id"]]
    assert await ids(is_anonymous={"eq_": True}) == [unnamed["id"]]
    assert await ids(is_anonymous=None) == sorted([named["id"], unnamed["id"]])
    counted = {"block_documents": {**of_type, "is_anonymous": {"eq_": True}}}
    assert (await api.post("/block_documents/count", json=counted)).json() == 1


async def test_documents_are_filtered_sorted_and_counted(api: httpx.AsyncClient) -> None:
    mark = fresh()
    late, early = await block_type(api, name=f"b {mark}"), await block_type(api, name=f"a {mark}")
    able = await schema(api, late, capabilities=[mark])
    plain = await schema(api, early)
    for name, of in (("x", able), ("z", able), ("y", plain)):
        await document(api, of, {}, name=f"{mark}-{name}")
    named = {"block_documents": {"name": {"like_": mark.upper()}}}

    async def names(**given: object) -> str:
        response = await api.post("/block_documents/filter", json={**named, **given})
        return "".join(found["name"][-1] for found in conforms("/block_documents/filter", "post", response))

    assert await names() == "xyz"
    assert await names(sort="NAME_DESC") == "zyx"
    assert await names(sort="BLOCK_TYPE_AND_NAME_ASC") == "yxz"
    assert await names(limit=1, offset=1) == "y"
    assert await names(block_types={"slug": {"any_": [late["slug"]]}}) == "xz"
    assert await names(block_schemas={"block_capabilities": {"all_": [mark]}}) == "xz"
    assert (await api.post("/block_documents/count", json=named)).json() == 3


# --- changing


async def test_a_change_replaces_the_values_given(api: httpx.AsyncClient) -> None:
    of = await schema(api, await block_type(api), ["password", "deep.*"])
    made = await document(api, of, {"user": "u", "password": "p", "deep": {"a": "s"}})
    path = f"/block_documents/{made['id']}"
    assert (await api.patch(path, json={"data": {"user": "v"}})).status_code == 204
    assert await data_of(api, made) == {"user": "v", "password": "p", "deep": {"a": "s"}}
    masked = await data_of(api, made, secrets=False)
    await api.patch(path, json={"data": {**masked, "user": "w"}})
    assert await data_of(api, made) == {"user": "w", "password": "p", "deep": {"a": "s"}}
    await api.patch(path, json={"data": {"deep": {"a": MASK, "b": 1}}, "merge_existing_data": False})
    assert await data_of(api, made) == {"deep": {"a": "s", "b": 1}}


async def test_a_change_may_go_to_another_schema_of_the_same_type(api: httpx.AsyncClient) -> None:
    kind = await block_type(api)
    one, two, other = (
        await schema(api, kind),
        await schema(api, kind, version="2"),
        await schema(api, await block_type(api)),
    )
    made = await document(api, one, {"a": 1})
    path = f"/block_documents/{made['id']}"
    assert (await api.patch(path, json={"block_schema_id": two["id"]})).status_code == 204
    assert (await api.get(path)).json()["block_schema_id"] == two["id"]
    refused = await api.patch(path, json={"block_schema_id": other["id"]})
    expected = "Must migrate block document to a block schema of the same block type."
    assert (refused.status_code, refused.json()) == (400, {"detail": expected})
    assert (await api.patch(path, json={"block_schema_id": NOBODY})).status_code == 409


# --- references


async def test_what_a_document_refers_to_stands_in_its_place(api: httpx.AsyncClient) -> None:
    kind = await block_type(api)
    inner_schema, outer_schema = await schema(api, kind, ["password"]), await schema(api, await block_type(api))
    inner = await document(api, inner_schema, {"user": "u", "password": "p"})
    outer = await document(api, outer_schema, {"cred": reference_to(inner["id"]), "n": 1})
    assert outer["data"] == {"n": 1, "cred": {"user": "u", "password": MASK}}
    assert outer["block_document_references"] == {
        "cred": {
            "block_document": {
                "id": inner["id"],
                "name": inner["name"],
                "block_type": kind,
                "is_anonymous": False,
                "block_document_references": {},
            }
        }
    }
    assert await data_of(api, outer) == {"n": 1, "cred": {"user": "u", "password": "p"}}
    path = f"/block_documents/{outer['id']}"
    await api.patch(path, json={"data": {"n": 2}})
    assert await data_of(api, outer) == {"n": 2, "cred": {"user": "u", "password": "p"}}
    await api.patch(path, json={"data": {"cred": {"user": "v", "password": MASK}}})
    assert await data_of(api, outer) == {"n": 2, "cred": {"user": "v", "password": "p"}}
    assert (await api.get(path)).json()["block_document_references"] == {}
    await api.patch(path, json={"data": {"cred": reference_to(inner["id"])}, "merge_existing_data": False})
    assert await data_of(api, outer) == {"cred": {"user": "u", "password": "p"}}
    await api.delete(f"/block_documents/{inner['id']}")
    assert await data_of(api, outer) == {}


async def test_references_lead_somewhere(api: httpx.AsyncClient) -> None:
    of = await schema(api, await block_type(api))
    body = {"name": fresh(), "block_schema_id": of["id"], "block_type_id": of["block_type_id"]}
    refused = await api.post("/block_documents/", json={**body, "data": {"a": reference_to(NOBODY)}})  # type: ignore[arg-type]
    assert (refused.status_code, NOBODY in refused.text) == (409, True)
    refused = await api.post("/block_documents/", json={**body, "data": {"a": {"$ref": {"b": 1}}}})
    expected = "Received block reference without a block_document_id in key a"
    assert (refused.status_code, refused.json()) == (400, {"detail": expected})
    for missing in ("block_schema_id", "block_type_id"):
        refused = await api.post("/block_documents/", json={**body, "data": {}, missing: NOBODY})
        assert (refused.status_code, NOBODY in refused.text) == (409, True)
    assert (await api.post("/block_documents/", json=body)).status_code == 201, "what was refused left nothing"


async def test_documents_that_refer_to_each_other_are_shown_once(api: httpx.AsyncClient) -> None:
    of = await schema(api, await block_type(api))
    one = await document(api, of, {"name": "one"})
    two = await document(api, of, {"name": "two", "other": reference_to(one["id"])})
    await api.patch(f"/block_documents/{one['id']}", json={"data": {"other": reference_to(two["id"])}})
    await api.patch(f"/block_documents/{one['id']}", json={"data": {"self": reference_to(one["id"])}})
    assert await data_of(api, one) == {
        "name": "one",
        "other": {"name": "two", "other": reference_to(one["id"])},
        "self": reference_to(one["id"]),
    }


async def test_what_unfolds_without_end_stays_a_reference(api: httpx.AsyncClient) -> None:
    of = await schema(api, await block_type(api))
    last = await document(api, of, {})
    for _ in range(12):  # 2 ** 12 blocks, each in its place
        last = await document(api, of, {"a": reference_to(last["id"]), "b": reference_to(last["id"])})
    response = await api.get(f"/block_documents/{last['id']}")
    assert response.status_code == 200
    assert response.text.count('"$ref"') > 1
    assert len(response.content) < 1_000_000
    chain = await document(api, of, {})
    for _ in range(25):
        chain = await document(api, of, {"next": reference_to(chain["id"])})
    assert (await api.get(f"/block_documents/{chain['id']}")).text.count('"$ref"') == 1


# --- secrets


async def test_the_database_holds_no_secret(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    store = opened(url)
    async with serving(store, tmp_path / "home") as api:
        of = await schema(api, await block_type(api), ["password"])
        made = await document(api, of, {"password": "planted-one", "note": "also-sealed"})
        await api.patch(f"/block_documents/{made['id']}", json={"data": {"password": "planted-two"}})
        assert await data_of(api, made) == {"password": "planted-two", "note": "also-sealed"}
    store.close()
    for file in tmp_path.glob("*.db*"):
        content = file.read_bytes()
        assert not any(planted in content for planted in (b"planted-one", b"planted-two", b"also-sealed"))


@pytest.mark.postgres
async def test_a_dump_holds_no_secret(postgres_url: str, tmp_path: Path) -> None:
    from tests.server.support import new_database

    url = new_database(postgres_url)
    store = opened(url)
    async with serving(store, tmp_path / "home") as api:
        of = await schema(api, await block_type(api), ["password"])
        made = await document(api, of, {"password": "planted-one"})
        await api.patch(f"/block_documents/{made['id']}", json={"data": {"password": "planted-two"}})
    store.close()
    import psycopg

    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT data FROM block_document").fetchall()
    assert len(rows) == 1
    assert "planted" not in str(rows)


async def test_secrets_are_for_runners_and_reading_them_is_on_record(tmp_path: Path) -> None:
    store = opened(sqlite_url(tmp_path))
    async with serving(store, tmp_path / "home", auth_string="root:pass") as api:
        api.auth = httpx.BasicAuth("root", "pass")
        kind = await block_type(api)
        made = await document(api, await schema(api, kind, ["password"]), {"password": "planted"})
        paths = (
            f"/block_documents/{made['id']}",
            f"/block_types/slug/{kind['slug']}/block_documents",
            f"/block_types/slug/{kind['slug']}/block_documents/name/{made['name']}",
        )
        statuses = {}
        for role in ("viewer", "runner", "editor"):
            key = (await api.post("/headrace/access/keys", json={"name": role, "role": role})).json()["key"]
            theirs = {"headers": {"Authorization": f"Bearer {key}"}, "auth": None}
            for path in paths:
                plain = await api.get(path, **theirs)  # type: ignore[arg-type]
                assert (plain.status_code, "planted" in plain.text) == (200, False)
                asked = await api.get(path, params={"include_secrets": True}, **theirs)  # type: ignore[arg-type]
                statuses[role, path] = asked.status_code, "planted" in asked.text
            asked = await api.post("/block_documents/filter", json={"include_secrets": True}, **theirs)  # type: ignore[arg-type]
            statuses[role, "filter"] = asked.status_code, "planted" in asked.text
        expected = {"viewer": (403, False), "runner": (200, True), "editor": (200, True)}
        assert statuses == {(role, path): expected[role] for role, path in statuses}
        store.flush()
        found = (await api.post("/headrace/access/audit/filter", json={})).json()["results"]
    store.close()
    reads = [one for one in found if one["details"] and "reads" in one["details"]]
    named = [one for one in reads if one["status"] == 200]
    assert [one["actor"] for one in named] == ["key editor"] * 4 + ["key runner"] * 4
    assert named[0]["details"]["reads"]["secrets of blocks"] == [f"{kind['name']}/{made['name']}"]
    assert "planted" not in json.dumps(found)
