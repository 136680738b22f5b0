"""Which schema the record has, and the scripts that create it: known without SQLAlchemy."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SCHEMA_VERSION = 2
"""Counts schema changes; what a database says it has."""

NEWEST_VERSION = SCHEMA_VERSION + 1
"""The newest schema this program works with: each version only adds to the one before, and takes away what the one
before that had retired. So processes of two versions share a record while they are being replaced."""

SCRIPTS = Path(__file__).parent / "sql"


def revision(version: int = SCHEMA_VERSION) -> str:
    """A version as the history of migrations names it."""
    return f"{version:04}"


@cache
def creation(dialect: str) -> tuple[str, ...]:
    """The statements that create an empty record of the current version in `sqlite` or `postgresql`."""
    return statements((SCRIPTS / f"schema.{dialect}.sql").read_text())


def statements(script: str) -> tuple[str, ...]:
    """The statements of a script, in which each ends with a semicolon at the end of a line."""
    plain = re.sub(r"^--.*\n", "", script, flags=re.MULTILINE)
    return tuple(statement for part in plain.split(";\n") if (statement := part.strip()))
