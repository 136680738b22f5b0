"""Where a PostgreSQL database is: from the addresses that people have to the driver's connection parameters."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from prefect.exceptions import ConfigurationError
from prefect.storage.store import StoreOptions

OF_OTHER_DRIVERS = frozenset({
    "async_fallback", "command_timeout", "prepared_statement_cache_size", "prepared_statement_name_func",
    "statement_cache_size", "timeout",
})  # fmt: skip
"""Parameters in the addresses of SQLAlchemy and asyncpg that mean nothing to this driver."""

SSL_MODES = {"true": "require", "false": "disable"}

KEEP_ALIVE = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
"""A network that is cut is noticed within 25 s, and not after the two hours of most systems."""


class Address(NamedTuple):
    """Connection parameters, and how messages name the database."""

    parameters: dict[str, str]
    place: str


def address_of(url: str, options: StoreOptions) -> Address:
    """The database at a URL. Raises ConfigurationError, without the password, if the URL makes no sense."""
    base, _, query = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url).partition("?")
    known = [(name, value) for name, value in parse_qsl(query) if name not in OF_OTHER_DRIVERS]
    wanted = [("sslmode", SSL_MODES.get(value, value)) if name == "ssl" else (name, value) for name, value in known]
    try:
        found = conninfo_to_dict(f"{base}?{urlencode(wanted)}" if wanted else base)
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(
            f"The address of the database cannot be read: {_hidden(str(error), url)}."
            " Write postgresql://user:password@host:5432/name, and %40 for an @ within the password."
        ) from None
    parameters = {name: str(value) for name, value in found.items()}
    return Address({**KEEP_ALIVE, **parameters, **options.parameters}, _place(parameters))


def _place(parameters: dict[str, str]) -> str:
    name = parameters.get("dbname") or parameters.get("user") or ""
    return f"PostgreSQL database {name!r} at {parameters.get('host', 'localhost')}:{parameters.get('port', '5432')}"


def _hidden(text: str, url: str) -> str:
    password = re.search(r"://[^/?]*?:([^/?]*)@", url)
    return " ".join((text.replace(password[1], "***") if password and password[1] else text).split())
