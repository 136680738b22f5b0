"""PostgreSQL's errors as ours, by their codes, each with the place and the mend."""

from __future__ import annotations

import psycopg

from prefect.exceptions import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseFull,
    DatabaseReadOnly,
    StorageError,
    ValueNotStorable,
)

COLLISIONS = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock timeout: two transactions stood in each other's way, and again it may do."""

UNIQUE_VIOLATION = "23505"
STATEMENT_TIMEOUT = "57014"
TOO_LARGE = "54"
"""Class of what exceeds a limit of the program, such as a text that is too long for an index."""

_KINDS: dict[str, tuple[type[StorageError], str]] = {
    "53100": (DatabaseFull, "has no space left on its disk; free some and it goes on by itself"),
    "25006": (DatabaseReadOnly, "only lets itself be read; connect to the primary, not to a standby"),
    "42501": (DatabaseReadOnly, "does not let its user do that; grant the rights"),
    "57014": (DatabaseBusy, "did not finish a statement in time; find what is slow, or raise PREFECT_SERVER_DATABASE_TIMEOUT"),
    "40001": (DatabaseBusy, "is fought over; ask again"),
    "40P01": (DatabaseBusy, "is fought over; ask again"),
    "55P03": (DatabaseBusy, "is fought over; ask again"),
    "XX001": (DatabaseCorrupt, "is damaged; restore a copy"),
    "XX002": (DatabaseCorrupt, "has a damaged index; rebuild it with REINDEX"),
    "53300": (StorageError, "takes no more connections; raise its max_connections, or use fewer"),
    "28P01": (StorageError, "refuses its user's password; mend PREFECT_SERVER_DATABASE_CONNECTION_URL"),
    "28000": (StorageError, "refuses its user; mend PREFECT_SERVER_DATABASE_CONNECTION_URL"),
    "3D000": (StorageError, "does not exist; create it, or mend PREFECT_SERVER_DATABASE_CONNECTION_URL"),
}  # fmt: skip

_SAID = (
    ("password authentication failed", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ('FATAL:  role "', "28000"),
    ('FATAL:  database "', "3D000"),
    ("too many clients", "53300"),
    ("too many connections", "53300"),
    ("remaining connection slots are reserved", "53300"),
)
AWAY = "cannot be reached; start it, or mend PREFECT_SERVER_DATABASE_CONNECTION_URL"
_AWAY_CLASSES = ("08", "57P")


def translate(error: Exception, place: str) -> StorageError:
    """The StorageError that says the same, with place and mend; never with the password."""
    if is_unfit(error):
        return ValueNotStorable(
            f"The {place} cannot hold a value: it is too long, out of range, or holds a NUL character."
        )
    code = code_of(error) or _code_said(error)
    kind, what = _KINDS.get(code, (StorageError, ""))
    if not what and isinstance(error, psycopg.OperationalError) and (not code or code.startswith(_AWAY_CLASSES)):
        what = AWAY
    said = first_line(error)
    return kind(f"The {place} {what} ({said})." if what else f"The {place} cannot be used: {said}.")


def code_of(error: BaseException) -> str:
    """PostgreSQL's five letters; empty for an error that is not its own."""
    return getattr(error, "sqlstate", None) or ""


def _code_said(error: Exception) -> str:
    """The code of an error while connecting, which libpq passes on in words alone."""
    said = str(error) if isinstance(error, psycopg.OperationalError) else ""
    return next((code for words, code in _SAID if words in said), "")


def first_line(error: Exception) -> str:
    """What the error says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def is_collision(error: BaseException) -> bool:
    """Whether the same transaction may do when it is tried again at once."""
    return code_of(error) in COLLISIONS


def is_unfit(error: BaseException) -> bool:
    """Whether a value is one that the database can never hold; what the driver says of it may quote it."""
    return isinstance(error, psycopg.DataError) or code_of(error).startswith(TOO_LARGE)


def is_refusal(error: BaseException) -> bool:
    """Whether an error is the database's trouble, and not that of what it was asked."""
    if not isinstance(error, psycopg.Error) or is_unfit(error):
        return False
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) or code_of(error) in _KINDS
