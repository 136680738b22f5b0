"""`client.*` and `cli.*`: the HTTP client, and the command line."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.settings.fields import Field, From, Group, Section
from prefect.settings.kinds import BOOL, OPTIONAL_BOOL, PORT, Kind, integer, number, read_json, write_json


def read_status_codes(raw: object) -> set[int]:
    """HTTP status codes from one number, comma separated text, a JSON list or a collection."""
    if raw is None:
        return set()
    if isinstance(raw, str):
        raw = [part for part in raw.strip().strip("[]").split(",") if part.strip()]
    return {_STATUS_CODE.read(code) for code in (raw if isinstance(raw, Iterable) else [raw])}


def read_headers(raw: object) -> dict[str, str]:
    """HTTP headers from a mapping or a JSON object, all text."""
    headers = read_json(raw) if isinstance(raw, str) else raw
    if not isinstance(headers, dict) or not all(isinstance(text, str) for pair in headers.items() for text in pair):
        raise ValueError(raw)
    return dict(headers)


_STATUS_CODE = integer(at_least=100, at_most=599)
STATUS_CODES: Kind[set[int]] = Kind(
    "set[int]",
    "HTTP status codes between 100 and 599, separated by commas",
    read_status_codes,
    lambda codes: ",".join(map(str, sorted(codes))),
)
HEADERS: Kind[dict[str, str]] = Kind(
    "dict[str, str]", 'a JSON object of texts, such as {"X-Team": "data"}', read_headers, write_json
)


class ClientMetricsSettings(Group, path="client.metrics"):
    """Metrics of the client."""

    enabled = Field(
        BOOL, False, "Serve metrics of the client for Prometheus.", aliases=("PREFECT_CLIENT_ENABLE_METRICS",)
    )
    port = Field(PORT, 4201, "Port on which the client serves its metrics.")


class ClientSettings(Group, path="client"):
    """How the client speaks to the API."""

    max_retries = Field(integer(at_least=0), 5, "How often a request that failed in passing is sent again.")
    retry_jitter_factor = Field(
        number(at_least=0.0),
        0.2,
        "Share of the delay between retries that is random, so that clients spread out.",
    )
    retry_extra_codes = Field(
        STATUS_CODES,
        From((), lambda: set()),
        "Status codes, beside 408, 429, 502 and 503, after which a request is sent again.",
    )
    csrf_support_enabled = Field(BOOL, True, "Fetch and send CSRF tokens where the server asks for them.")
    custom_headers = Field(HEADERS, From((), dict), "Headers added to each request to the API.", secret=True)
    start_patience_seconds = Field(
        number(at_least=0.0), 15.0, "Seconds that a run which has not begun waits for a server that is away."
    )
    outage_patience_seconds = Field(
        number(at_least=0.0),
        600.0,
        "Seconds that a run which has begun waits for a server that is away, where it needs its decision.",
    )
    server_version_check_enabled = Field(BOOL, True, "Warn when the server is older than the client.")
    metrics = Section(ClientMetricsSettings)


class CLISettings(Group, path="cli"):
    """The command line."""

    colors = Field(BOOL, True, "Print in colour where the terminal can.")
    prompt = Field(OPTIONAL_BOOL, None, "Ask for what is missing; default: if a person is at the terminal.")
    wrap_lines = Field(BOOL, True, "Wrap long lines at the terminal's width.")
