"""`prefect version`: what is installed, for a report of a problem."""

from __future__ import annotations

import platform
import sqlite3
import sys
from importlib import metadata

from prefect._version import __version__
from prefect.cli.output import say, show_facts, show_json
from prefect.cli.parameters import command, flag, output_option
from prefect.settings import get_settings_context

API_VERSION = "0.8.4"
"""The version of Prefect's REST API that the record follows."""


@command("version")
@flag("omit-integrations", help="Leave out installed packages that integrate with others.")
@output_option
def version(omit_integrations: bool, as_json: bool) -> None:
    """Show the versions of Headrace, Python, pydantic and the database, and which profile is active."""
    facts = _facts()
    extras = {} if omit_integrations else integrations()
    if as_json:
        return show_json({**{key.lower().replace(" ", "_").replace("/", "_"): value for key, value in facts.items()},
                          "integrations": extras})  # fmt: skip
    show_facts((f"{name}:", value) for name, value in facts.items())
    if extras:
        say("Integrations:")
        show_facts((f"  {name}:", value) for name, value in extras.items())
    return None


def _facts() -> dict[str, str]:
    context = get_settings_context()
    return {
        "Version": __version__,
        "API version": API_VERSION,
        "Python version": platform.python_version(),
        "OS/Arch": f"{sys.platform}/{platform.machine()}",
        "Profile": context.profile.name,
        "Server type": "server" if context.settings.api.url else "ephemeral",
        "Pydantic version": metadata.version("pydantic"),
        "Database": "sqlite",
        "SQLite version": sqlite3.sqlite_version,
    }


def integrations() -> dict[str, str]:
    """Installed packages named `prefect-...`, with their versions."""
    found = {str(package.metadata["Name"]): package.version for package in metadata.distributions()}
    return {name: number for name, number in sorted(found.items()) if name.startswith("prefect-")}
