"""Pages of records."""

from __future__ import annotations

from prefect.wire.base import Integer, Shape


class Page(Shape):
    """Where a page stands among its like; its records are `results`."""

    count: Integer
    """Records on all pages together."""

    limit: Integer
    """Records a page."""

    pages: Integer
    page: Integer
    """This page's number, from 1."""
