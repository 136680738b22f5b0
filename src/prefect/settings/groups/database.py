"""`server.database.*`: where the record is kept, by the embedded engine and by the server alike."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from prefect.settings.fields import Field, From, Group, Section, put_home
from prefect.settings.kinds import (
    BOOL,
    OPTIONAL_SECRET,
    OPTIONAL_TEXT,
    Kind,
    SecretStr,
    choice,
    integer,
    number,
    optional,
    read_secret,
)

SQLITE = "sqlite+aiosqlite"
POSTGRES = "postgresql+asyncpg"
URL_SCHEMES = (
    "sqlite",
    "sqlite+aiosqlite",
    "sqlite+pysqlite",
    "postgres",
    "postgresql",
    "postgresql+asyncpg",
    "postgresql+psycopg",
    "postgresql+psycopg2",
)
PASSWORD_PLACEHOLDERS = tuple(
    placeholder
    for name in ("PREFECT_SERVER_DATABASE_PASSWORD", "PREFECT_API_DATABASE_PASSWORD")
    for placeholder in (f"${{{name}}}", f"${name}")
)


def read_connection_url(raw: object) -> SecretStr | None:
    """The address of a database of a kind we know; None if empty."""
    if raw is None:
        return None
    url = read_secret(raw)
    text = url.get_secret_value()
    if text and text.split("://")[0] not in URL_SCHEMES:
        raise ValueError(raw)
    return url if text else None


def write_connection_url(url: SecretStr | None) -> str:
    """The address as plain text."""
    return url.get_secret_value() if url else ""


CONNECTION_URL: Kind[SecretStr | None] = Kind(
    "SecretStr | None",
    "sqlite:///path, sqlite+aiosqlite:///path, postgresql://... or postgresql+asyncpg://...",
    read_connection_url,
    write_connection_url,
)


def default_connection_url(
    home: Path,
    driver: str | None,
    host: str | None,
    port: int | None,
    user: str | None,
    password: SecretStr | None,
    name: str | None,
) -> SecretStr:
    """The address that the separate settings describe; without a driver, the file prefect.db in PREFECT_HOME.

    Raises ValueError if PostgreSQL is asked for and host, user or name are missing.
    """
    if driver != POSTGRES:
        return SecretStr(f"{SQLITE}:///{(name if driver else None) or home / 'prefect.db'}")
    missing = [part for part, value in (("HOST", host), ("USER", user), ("NAME", name)) if not value]
    if missing:
        names = ", ".join(f"PREFECT_SERVER_DATABASE_{part}" for part in missing)
        raise ValueError(f"PREFECT_SERVER_DATABASE_DRIVER={driver!r} needs {names} as well.")
    credentials = quote(user or "", safe="")
    if password is not None:
        credentials += ":" + quote(password.get_secret_value(), safe="")
    return SecretStr(f"{POSTGRES}://{credentials}@{host}:{port or 5432}/{name}")


def finish_connection_url(url: SecretStr, home: Path, password: SecretStr | None) -> SecretStr:
    """The address given, with `~`, `$PREFECT_HOME` and the password's placeholder replaced.

    Raises ValueError if the placeholder is there and no password is set.
    """
    text = put_home(url.get_secret_value(), home).replace(":///~/", f":///{os.path.expanduser('~')}/", 1)
    for placeholder in PASSWORD_PLACEHOLDERS:
        if placeholder in text:
            if password is None:
                raise ValueError(
                    "PREFECT_SERVER_DATABASE_CONNECTION_URL refers to the database password: "
                    "set PREFECT_SERVER_DATABASE_PASSWORD as well."
                )
            text = text.replace(placeholder, password.get_secret_value())
    return SecretStr(text)


CHECKS = (
    From(
        ("server.database.connection_url", "server.database.driver", "server.database.password"),
        lambda *_: None,
    ),
)
"""Reading the address is the check: it raises where the separate settings don't make one."""


class SQLAlchemyTLSSettings(Group, path="server.database.sqlalchemy.connect_args.tls"):
    """Encryption between server and database."""

    enabled = Field(BOOL, False, "Speak TLS to the database.")
    ca_file = Field(OPTIONAL_TEXT, None, "File with the certificates to trust.")
    cert_file = Field(OPTIONAL_TEXT, None, "File with the certificate to show.")
    key_file = Field(OPTIONAL_TEXT, None, "File with the key of that certificate.")
    check_hostname = Field(BOOL, True, "Check that the certificate names the database's host.")


class SQLAlchemyConnectArgsSettings(Group, path="server.database.sqlalchemy.connect_args"):
    """What each connection to PostgreSQL is opened with."""

    application_name = Field(OPTIONAL_TEXT, None, "Name that PostgreSQL shows for our connections.")
    search_path = Field(OPTIONAL_TEXT, None, "Schemas that PostgreSQL searches for our tables.")
    statement_cache_size = Field(optional(integer()), None, "Prepared statements that a connection keeps.")
    prepared_statement_cache_size = Field(
        optional(integer()), None, "Prepared statements that the driver keeps for a connection."
    )
    tls = Section(SQLAlchemyTLSSettings)


class SQLAlchemySettings(Group, path="server.database.sqlalchemy"):
    """The pool of connections to the database."""

    connect_args = Section(SQLAlchemyConnectArgsSettings)
    pool_size = Field(integer(), 5, "Connections kept open to the database.", aliases=("PREFECT_SQLALCHEMY_POOL_SIZE",))
    pool_recycle = Field(integer(), 3600, "Seconds after which a connection is opened anew.")
    pool_timeout = Field(optional(number()), 30.0, "Seconds to wait for a free connection.")
    max_overflow = Field(
        integer(),
        10,
        "Connections beyond the pool in times of need.",
        aliases=("PREFECT_SQLALCHEMY_MAX_OVERFLOW",),
    )


class ServerDatabaseSettings(Group, path="server.database"):
    """The database with the record of all runs."""

    sqlalchemy = Section(SQLAlchemySettings)
    connection_url: Field[SecretStr | None] = Field(
        CONNECTION_URL,
        From(
            (
                "home",
                "server.database.driver",
                "server.database.host",
                "server.database.port",
                "server.database.user",
                "server.database.password",
                "server.database.name",
            ),
            default_connection_url,
        ),
        "Address of the database; default: from driver, host, ..., else the file prefect.db in PREFECT_HOME.",
        aliases=("PREFECT_API_DATABASE_CONNECTION_URL",),
        secret=True,
        finish=From(("home", "server.database.password"), finish_connection_url),
    )
    driver = Field(
        optional(choice(POSTGRES, SQLITE)),
        None,
        "Kind of the database, where no address is given.",
        aliases=("PREFECT_API_DATABASE_DRIVER",),
    )
    host = Field(OPTIONAL_TEXT, None, "Host of the database.", aliases=("PREFECT_API_DATABASE_HOST",))
    port = Field(optional(integer()), None, "Port of the database.", aliases=("PREFECT_API_DATABASE_PORT",))
    user = Field(OPTIONAL_TEXT, None, "User of the database.", aliases=("PREFECT_API_DATABASE_USER",))
    name = Field(OPTIONAL_TEXT, None, "Name, or file, of the database.", aliases=("PREFECT_API_DATABASE_NAME",))
    password = Field(
        OPTIONAL_SECRET,
        None,
        "Password of the database's user; the address may refer to it as $PREFECT_SERVER_DATABASE_PASSWORD.",
        aliases=("PREFECT_API_DATABASE_PASSWORD",),
        secret=True,
    )
    echo = Field(BOOL, False, "Log every SQL statement.", aliases=("PREFECT_API_DATABASE_ECHO",))
    migrate_on_start = Field(
        BOOL,
        True,
        "Bring the database's schema up to date when the server starts.",
        aliases=("PREFECT_API_DATABASE_MIGRATE_ON_START",),
    )
    timeout = Field(
        optional(number()),
        10.0,
        "Seconds that one statement may take; empty for any time.",
        aliases=("PREFECT_API_DATABASE_TIMEOUT",),
    )
    connection_timeout = Field(
        optional(number()),
        5.0,
        "Seconds that connecting to the database may take.",
        aliases=("PREFECT_API_DATABASE_CONNECTION_TIMEOUT",),
    )
    migration_timeout = Field(optional(number(above=0)), None, "Seconds that bringing the schema up to date may take.")
    busy_timeout = Field(
        number(at_least=0),
        120.0,
        "Seconds to wait for other processes that are writing the same SQLite file.",
    )
