"""A connection to PostgreSQL, whatever its rows are made into."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

Session = Connection[Any]
