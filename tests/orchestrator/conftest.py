"""A record of either dialect."""

from __future__ import annotations

from tests.support.databases import place, shared_postgres

__all__ = ["place", "shared_postgres"]
