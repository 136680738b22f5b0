"""The one metadata of the record, and the number of its schema."""

from __future__ import annotations

from sqlalchemy import MetaData

VERSION = 2
"""Counts schema changes; stored in the database."""

metadata = MetaData()
