"""What is at `/`, at `/docs` and at `/openapi.json`."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from prefect.storage.store import Store
from tests.server.support import serving

SITE = "http://127.0.0.1:4200"


@pytest.mark.parametrize("place", ["/openapi.json", "/api/openapi.json"])
async def test_the_document_is_found_in_both_places(api: httpx.AsyncClient, place: str) -> None:
    response = await api.get(SITE + place)
    assert response.status_code == 200
    document = response.json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/api"}]
    assert "/flow_runs/filter" in document["paths"]


@pytest.mark.parametrize("place", ["/docs", "/api/docs"])
async def test_every_operation_has_a_place_on_the_page(api: httpx.AsyncClient, place: str) -> None:
    document = (await api.get("/openapi.json")).json()
    page = await api.get(SITE + place)
    assert page.headers["content-type"].startswith("text/html")
    ids = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(re.findall(r'id="([^"]+)"', page.text))


async def test_every_link_within_the_page_leads_somewhere(api: httpx.AsyncClient) -> None:
    text = (await api.get("/docs")).text
    targets = set(re.findall(r'href="#([^"]+)"', text))
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', text))


async def test_pages_take_nothing_from_elsewhere_and_hold_no_script(api: httpx.AsyncClient) -> None:
    for place in ("/", "/docs"):
        page = await api.get(SITE + place)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.findall(r"<script(?! src=\"/docs/)", page.text) == []
        assert re.findall(r"(?:src|href)=\"(?!/|#|data:,)", page.text) == []
        assert " style=" not in page.text
        for reference in re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.text):
            assert (await api.get(SITE + reference)).status_code == 200


async def test_the_first_page_says_what_this_is_and_where_the_api_is(api: httpx.AsyncClient) -> None:
    page = await api.get(f"{SITE}/")
    assert page.status_code == 200
    assert "Headrace" in page.text
    assert 'href="/docs"' in page.text
    assert "/api/health" in page.text


async def test_there_are_no_other_pages(api: httpx.AsyncClient) -> None:
    for place in ("/elsewhere", "/docs/../docs.js", "/docs/other.js", "/docs/%2e%2e/pages.py"):
        assert (await api.get(SITE + place)).status_code == 404, place
    assert (await api.post(f"{SITE}/")).status_code == 404
    assert (await api.post(f"{SITE}/docs")).status_code == 405


async def test_behind_a_proxy_with_a_path_everything_is_below_it(store: Store, tmp_path: Path) -> None:
    async with serving(store, tmp_path, base_path="/flows/here") as api:
        document = (await api.get(f"{SITE}/flows/here/openapi.json")).json()
        assert document["servers"] == [{"url": "/flows/here/api"}]
        page = await api.get(f"{SITE}/flows/here/docs")
        assert 'src="/flows/here/docs/docs.js"' in page.text
        assert 'action="/flows/here/api/' in page.text
        assert (await api.get(f"{SITE}/flows/here/docs/docs.js")).status_code == 200


async def test_where_credentials_are_needed_they_are_needed_here_too(store: Store, tmp_path: Path) -> None:
    async with serving(store, tmp_path, auth_string="someone:secret") as api:
        for place in ("/", "/docs", "/openapi.json", "/docs/docs.js", "/api/docs"):
            assert (await api.get(SITE + place)).status_code == 401, place
            assert (await api.get(SITE + place, auth=("someone", "secret"))).status_code == 200, place
