"""The one metadata of the record, and the number of its schema."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, MetaData

VERSION = 2
"""Counts schema changes; stored in the database."""

metadata = MetaData()


def index_in(dialect: str, name: str, *columns: Any, **options: Any) -> Index:
    """An index that only one dialect has, or that is another one there."""
    return Index(name, *columns, info={"dialect": dialect}, **options).ddl_if(dialect=dialect)
