"""Raw requests from the command line."""

from __future__ import annotations

from pathlib import Path

from prefect.settings import temporary_settings
from tests.cli.conftest import Prefect


def test_answers_and_exit_codes(prefect: Prefect, tmp_path: Path) -> None:
    assert prefect("api", "GET", "/health").json is True
    body = tmp_path / "body.json"
    body.write_text('{"name": "mine"}')
    made = prefect("api", "post", "flows/", "--data", f"@{body}").json
    assert made["name"] == "mine"
    assert prefect("api", "POST", "/flows/filter").json == [made]
    assert prefect("api", "DELETE", f"/flows/{made['id']}").out == ""
    missing = prefect("api", "GET", f"/flows/{made['id']}")
    assert (missing.code, missing.err) == (4, "Error: 404 Not Found\n")
    assert missing.json == {"detail": "Flow not found"}
    assert prefect("api", "FOO", "/health").code == 1
    assert "--data is no JSON" in prefect("api", "POST", "/flows/", "--data", "{").err
    assert "'NAME: VALUE'" in prefect("api", "GET", "/health", "-H", "nope").err


def test_the_exchange_is_shown_without_credentials(prefect: Prefect) -> None:
    said = prefect("api", "-v", "GET", "/hello", "-H", "Authorization: Bearer hush")
    assert "< 200 OK" in said.err
    assert "********" in said.err
    assert "hush" not in said.err


def test_no_server(prefect: Prefect) -> None:
    with temporary_settings({"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_CLIENT_MAX_RETRIES": 0}):
        said = prefect("api", "GET", "/health")
        assert said.code == 7
        assert said.err.startswith("No server answers at http://127.0.0.1:9/api (")


def test_there_are_no_pages_without_a_server(prefect: Prefect) -> None:
    assert "There is no server" in prefect("dashboard", "open").err
