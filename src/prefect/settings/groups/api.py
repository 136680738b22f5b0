"""`api.*` and `cloud.*`: where the API is, and how to get in."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from prefect.settings.fields import Field, From, Group
from prefect.settings.kinds import BOOL, OPTIONAL_SECRET, OPTIONAL_TEXT, TEXT, integer, number


class APISettings(Group, path="api"):
    """How to reach the API."""

    url = Field(
        OPTIONAL_TEXT,
        None,
        "Address of the API, usually ending in /api. Without it, runs are recorded in the embedded database.",
    )
    auth_string = Field(
        OPTIONAL_SECRET, None, "Credentials `user:password` sent with each request to the API.", secret=True
    )
    key = Field(OPTIONAL_SECRET, None, "API key sent with each request to the API.", secret=True)
    tls_insecure_skip_verify = Field(BOOL, False, "Accept any certificate from the API. Unsafe outside of experiments.")
    ssl_cert_file = Field(
        OPTIONAL_TEXT,
        From((), lambda: os.environ.get("SSL_CERT_FILE") or None),
        "File with the certificates to trust; default: SSL_CERT_FILE, else what the HTTP client trusts.",
    )
    enable_http2 = Field(BOOL, False, "Speak HTTP/2 to the API where it does.")
    request_timeout = Field(number(), 60.0, "Seconds that one request to the API may take.")


def cloud_ui_url(api_url: str) -> str:
    """The web address that belongs to a hosted API: without `/api`, and `app.` in place of `api.`."""
    base = api_url.removesuffix("/api")
    return base.replace("https://api.", "https://app.", 1) if ".prefect." in base else base


class CloudSettings(Group, path="cloud"):
    """The hosted service, for those who use it beside their own server."""

    api_url = Field(TEXT, "https://api.prefect.cloud/api", "Address of the hosted service's API.")
    enable_orchestration_telemetry = Field(
        BOOL, True, "Send traces of orchestration to the hosted service when connected to it."
    )
    max_log_size = Field(integer(), 25_000, "Longest log message, in bytes, that the hosted service accepts.")
    ui_url = Field(
        OPTIONAL_TEXT,
        From(("cloud.api_url",), cloud_ui_url),
        "Address of the hosted service's web pages; default: worked out from cloud.api_url.",
    )


def ui_url(api_url: str | None, cloud_api_url: str, cloud_ui: str | None) -> str | None:
    """The web address that belongs to an API's address, or None without one."""
    if not api_url:
        return None
    if cloud_ui and api_url.startswith(cloud_api_url):
        page = api_url.replace(cloud_api_url, cloud_ui, 1)
        return page.replace("/accounts/", "/account/").replace("/workspaces/", "/workspace/")
    if not api_url.rstrip("/").endswith("/api"):
        return api_url
    base, _, rest = api_url.rpartition("/api")
    return base + rest


HOSTED_EXAMPLE = 'PREFECT_API_URL="https://api.prefect.cloud/api/accounts/ACCOUNT-ID/workspaces/WORKSPACE-ID"'


def misconfigurations(url: str) -> list[str]:
    """One sentence for each thing that looks wrong; none if all looks right."""
    try:
        return _hosted_problems(url) or _self_hosted_problems(url)
    except ValueError as error:  # urllib's word on, for example, a bracket without its pair
        return [f"`PREFECT_API_URL` is {url!r}, which is no address: {error}."]


def _hosted_problems(url: str) -> list[str]:
    problems = []
    if "app.prefect.cloud" in url:
        problems.append("`PREFECT_API_URL` points to `app.prefect.cloud`: did you mean `api.prefect.cloud`?")
    for singular in ("account", "workspace"):
        if f"/{singular}/" in url:
            problems.append(f"`PREFECT_API_URL` has `/{singular}/` where `/{singular}s/` belongs.")
    if "api.prefect.cloud" in url and "/api" not in urlsplit(url).path:
        problems.append("`PREFECT_API_URL` lacks `/api` after the host.")
    return [*problems, f"For example: {HOSTED_EXAMPLE}"] if problems else []


def _self_hosted_problems(url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return [f"`PREFECT_API_URL` is {url!r}, which is no http:// or https:// address."]
    if parts.path.strip("/"):
        return []
    return [f"`PREFECT_API_URL` is {url!r}, but an API is below `/api`: did you mean {url.rstrip('/')}/api?"]
