"""How people are told of a database."""

from __future__ import annotations

from prefect.connect import database_url
from prefect.settings import Settings


def database_place(settings: Settings) -> str:
    """The database of the settings, without its password."""
    url = database_url(settings)
    scheme, _, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        return rest.removeprefix("/")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
