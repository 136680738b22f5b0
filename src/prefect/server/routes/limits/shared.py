"""What the routes of limits have in common."""

from __future__ import annotations

from prefect.server.http.errors import invalid

MOST = (1 << 31) - 1
"""Slots that a limit may have, and that may be taken of one."""

NOBODY = ""
"""The process that holds what was taken over the API: none that anybody can look at."""


def fits(field: str, number: int | None) -> None:
    """Raise InvalidRequest for a number of slots that no limit has."""
    if number is not None and not -MOST <= number <= MOST:
        raise invalid(("body", field), f"Input should be less than or equal to {MOST}", "less_than_equal")
