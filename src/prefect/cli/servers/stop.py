"""`prefect server stop`: ends the server that runs in the background."""

from __future__ import annotations

from pathlib import Path

from prefect.cli.output import say
from prefect.cli.parameters import command
from prefect.cli.servers.background import Background
from prefect.settings import get_current_settings


@command("stop")
def stop() -> None:
    """Stop the server that was started with --background."""
    stopped = Background(Path(get_current_settings().home)).stop()
    say("Server stopped." if stopped else "No server is running in the background.")
