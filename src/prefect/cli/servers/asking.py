"""Asking the server that the settings name, for commands about servers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import httpx

from prefect.cli.output import fail
from prefect.exceptions import ObjectNotFound

CLIENT = "prefect.client.orchestration"


def asked(path: str) -> Any:
    """What the server answers to a GET; None if there is no such thing. Ends the command if it cannot be asked."""
    orchestration = import_module(CLIENT)  # by name, so that commands which ask nobody do not load it
    with orchestration.get_client(sync_client=True) as client:
        try:
            return client.request("GET", path).json()
        except ObjectNotFound:
            return None
        except httpx.HTTPStatusError as error:
            if error.response.status_code == 404:
                return None
            fail(f"The server at {client.api_url} refused GET {path}: {refusal(error)}")
        except httpx.TransportError as error:
            fail(unreachable(str(client.api_url), error))


def refusal(error: httpx.HTTPStatusError) -> str:
    """Why a server refused, in its words."""
    try:
        said = error.response.json()
    except ValueError:
        said = {}
    return str(said.get("detail") or said.get("exception_message") or f"status {error.response.status_code}")


def unreachable(api: str, error: Exception) -> str:
    """That no server answers there, and what to do."""
    return (
        f"No server answers at {api} ({error or type(error).__name__}). Start it with `prefect server start`, or correct"
        " PREFECT_API_URL."
    )
