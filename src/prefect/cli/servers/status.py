"""`prefect server status`: whether a server answers, and how it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
import httpx

from prefect.cli.output import ago, say, show_json, show_table
from prefect.cli.parameters import command, flag, output_option
from prefect.cli.record import now
from prefect.cli.servers.background import Background
from prefect.settings import get_current_settings, temporary_settings

CLIENT = "prefect.client.orchestration"
PAUSE = 0.25
MOST_TABLES = 12
Json = dict[str, Any]


@command("status")
@flag("wait", help="Wait until the server answers.")
@click.option(
    "--timeout", "-t", type=click.IntRange(min=0), default=0, show_default=True, help="Seconds to wait; 0 for ever."
)
@output_option
def status(wait: bool, timeout: int, as_json: bool) -> None:
    """Show whether the server of PREFECT_API_URL answers, and how it is; exit code 1 unless it does.

    Without an address it is the server in the background, if one runs there.
    """
    settings = get_current_settings()
    started = None if settings.api.url else Background(Path(settings.home)).address()
    api = f"{started}/api" if started else settings.api.url
    if not api:
        _end({"status": "unavailable", "api_url": None, "error": NO_ADDRESS}, NO_ADDRESS, as_json)
    if not as_json:
        say(f"Connecting to server at {api}...")
    with temporary_settings({"PREFECT_API_URL": api, "PREFECT_CLIENT_MAX_RETRIES": 0}):
        error = _waited(lambda: _problem(api), timeout) if wait else _problem(api)
        if error is not None:
            _unavailable(api, error, wait, timeout, as_json)
        found = _asked()
    if as_json:
        return show_json(found)
    return _show(found)


NO_ADDRESS = "No API URL configured. Set PREFECT_API_URL to the address of your server."


def _end(document: Json, sentence: str, as_json: bool) -> NoReturn:
    if as_json:
        show_json(document)
    else:
        click.echo(sentence, err=True)
    raise click.exceptions.Exit(1)


def _unavailable(api: str, error: str, waited: bool, timeout: int, as_json: bool) -> NoReturn:
    if waited:
        document = {"status": "timed_out", "api_url": api, "timeout": timeout, "error": error}
        _end(document, f"Timed out after {timeout} seconds waiting for server at {api}: {error}", as_json)
    document = {"status": "unavailable", "api_url": api, "error": error}
    _end(document, f"Server is not available at {api}. Error: {error}", as_json)


def _problem(api: str) -> str | None:
    """Why the server does not answer; None if it does."""
    with import_module(CLIENT).get_client(sync_client=True) as client:
        error: Exception | None = client.api_healthcheck()
    return None if error is None else str(error) or type(error).__name__


def _waited(look: Callable[[], str | None], timeout: int) -> str | None:
    deadline = None if timeout == 0 else time.monotonic() + timeout
    while True:
        error = look()
        if error is None or (deadline is not None and time.monotonic() >= deadline):
            return error
        time.sleep(PAUSE)


def _asked() -> Json:
    """What the server says of itself: Prefect's says its version, ours all the rest as well."""
    with import_module(CLIENT).get_client(sync_client=True) as client:
        found: Json = {"status": "available", "api_url": str(client.api_url).rstrip("/")}
        try:
            found["server_version"] = client.api_version()
            found["server"] = client.request("GET", "/headrace/status").json()
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 404:
                found["server_error"] = f"It does not say how it is: status {error.response.status_code}."
    return found


# --- as people read it


def _show(found: Json) -> None:
    say("Server is available.")
    say(f"  API URL: {found['api_url']}")
    say(f"  Server version: {found.get('server_version', 'unknown')}")
    if "server_error" in found:
        say(f"  {found['server_error']}")
    server = found.get("server")
    if server is None:
        return
    say(f"  Headrace {server['version']}, {server['process']}, started {_ago(server['started'])}")
    if not server["ready"]:
        say(f"  It is NOT READY: {server['problem']}")
    _show_record(server["record"])
    rows = [
        (each["name"], _ago(each["last_pass"]), _seconds(each["seconds"]), each["by"] or "", each["error"] or "")
        for each in server["services"]
    ]
    if rows:
        show_table("Services", ("Name", "Last pass", "Took", "By", "Error"), rows)


def _show_record(record: Json) -> None:
    size = "" if record["bytes"] is None else f", {_size(record['bytes'])}"
    say(f"  Record: {record['place']} ({record['kind']}, schema version {record['schema_version']}{size})")
    say(f"  Not written yet: {record['backlog']} entries")
    tables, oldest = record["tables"], record["oldest"]
    rows = [
        (table["name"], table["rows"], _size(table["bytes"]), _ago(oldest.get(table["name"])))
        for table in tables[:MOST_TABLES]
    ]
    if rows:
        show_table("Tables", ("Name", "Rows", "Size", "Oldest row"), rows)


def _ago(moment: str | None) -> str:
    return "" if moment is None else ago(datetime.fromisoformat(moment), now())


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value * 1000:.0f} ms"


def _size(count: int | None) -> str:
    return "" if count is None else f"{count / 1e6:.1f} MB"
