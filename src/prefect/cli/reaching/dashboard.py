"""`prefect dashboard open`: the server's pages in a browser."""

from __future__ import annotations

import webbrowser

from prefect.cli.output import fail, say
from prefect.cli.parameters import command
from prefect.connect import current_settings


@command("open")
def open_() -> None:
    """Open the pages of the server that PREFECT_API_URL names in a browser."""
    settings = current_settings()
    place = settings.ui_url or (settings.api.url or "").rstrip("/").removesuffix("/api")
    if not place:
        fail("There is no server: start one with `prefect server start`, and set PREFECT_API_URL to its address.")
    if not webbrowser.open(place):
        fail(f"No browser could be opened. The pages are at {place}")
    say(f"Opened {place!r} in browser.")
