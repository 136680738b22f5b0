"""Addresses: those of web pages worked out from those of APIs, and what looks wrong with them."""

from __future__ import annotations

import pytest

from prefect.settings import Settings
from prefect.settings.groups.api import cloud_ui_url, misconfigurations, ui_url

pytestmark = pytest.mark.usefixtures("home")

CLOUD = ("https://api.prefect.cloud/api", "https://app.prefect.cloud")


@pytest.mark.parametrize(
    ("api", "ui"),
    [
        (None, None),
        ("", None),
        ("http://x:4200/api", "http://x:4200"),
        ("http://x:4200/api/", "http://x:4200/"),
        ("http://x:4200", "http://x:4200"),
        ("http://api.example.com/api", "http://api.example.com"),
        (f"{CLOUD[0]}/accounts/a/workspaces/b", f"{CLOUD[1]}/account/a/workspace/b"),
    ],
)
def test_ui_url(api: str | None, ui: str | None) -> None:
    assert ui_url(api, *CLOUD) == ui


@pytest.mark.parametrize(
    ("api", "ui"),
    [
        CLOUD,
        ("https://api.stg.prefect.dev/api", "https://app.stg.prefect.dev"),
        ("https://foo.dev/api", "https://foo.dev"),
        ("https://api.foo.dev/api", "https://api.foo.dev"),
        ("https://foo.dev/x", "https://foo.dev/x"),
    ],
)
def test_cloud_ui_url(api: str, ui: str) -> None:
    assert cloud_ui_url(api) == ui


def test_the_address_for_browsers() -> None:
    assert Settings(server={"api": {"port": 4300}}).server.ui.api_url == "http://127.0.0.1:4300/api"
    assert Settings(api={"url": "http://x/api"}).server.ui.api_url == "http://x/api"
    assert Settings(server={"ui": {"api_url": "/api"}}).server.ui.api_url == "/api"


@pytest.mark.parametrize(
    "url",
    [
        "http://x:4200/api",
        "http://x:4200/api/",
        "https://x/prefix/api",
        f"{CLOUD[0]}/accounts/a/workspaces/b",
    ],
)
def test_addresses_that_look_right(url: str) -> None:
    assert misconfigurations(url) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://x:4200", ["did you mean http://x:4200/api?"]),
        ("http://x:4200/", ["did you mean http://x:4200/api?"]),
        ("localhost:4200/api", ["no http:// or https:// address"]),
        ("http://[x/api", ["no address"]),
        ("https://api.prefect.cloud/", ["lacks `/api`", "For example"]),
        (
            "https://app.prefect.cloud/account/a/workspace/b",
            ["did you mean `api.prefect.cloud`?", "`/accounts/`", "`/workspaces/`", "For example"],
        ),
    ],
)
def test_addresses_that_look_wrong(url: str, words: list[str]) -> None:
    problems = misconfigurations(url)
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


def test_certificates_to_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/certs.pem")
    assert Settings().api.ssl_cert_file == "/certs.pem"
    monkeypatch.setenv("SSL_CERT_FILE", "")
    assert Settings().api.ssl_cert_file is None
