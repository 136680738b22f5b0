"""Checking templates: what is wrong is said, and nothing is computed."""

from __future__ import annotations

import time

import httpx
import pytest

PATHS = ["/templates/validate", "/automations/templates/validate"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_template_that_can_be_read_is_answered_with_nothing(api: httpx.AsyncClient, path: str) -> None:
    for template in ("{{ event.id }}", "{% for x in y %}{{ x|upper }}{% endfor %}", "plain", ""):
        response = await api.post(path, json=template)
        assert (response.status_code, response.content) == (204, b"")
    assert (await api.post(path)).status_code == 204


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_wrong_is_said_with_its_line(api: httpx.AsyncClient, path: str) -> None:
    response = await api.post(path, json="fine\n{{ a")
    assert response.status_code == 422
    error = response.json()["error"]
    assert (error["line"], error["source"]) == (2, "fine\n{{ a")
    assert "unexpected end of template" in error["message"]
    assert "nope" in (await api.post(path, json="{{ x|nope }}")).json()["error"]["message"]


@pytest.mark.parametrize(
    "template",
    ["{{ 9 ** 9 ** 9 ** 9 }}", "{{ 'x' * 10 ** 12 }}", "{% for i in range(10 ** 12) %}{% endfor %}", "(" * 5000,
     "{{ " + "(" * 5000, "{{ 'x'|center(10 ** 12) }}", "x" * 200_000],
)  # fmt: skip
async def test_looking_at_a_template_is_bounded(api: httpx.AsyncClient, template: str) -> None:
    began = time.monotonic()
    response = await api.post(PATHS[0], json=template)
    assert response.status_code in (204, 422)
    assert time.monotonic() - began < 5
    assert len(response.content) < 120_000
