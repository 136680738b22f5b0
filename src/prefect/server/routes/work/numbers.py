"""Numbers of requests that are kept in columns."""

from __future__ import annotations

from prefect.server.http.errors import invalid

LARGEST_INTEGER = (1 << 31) - 1
"""What a column of small integers holds."""


def fits(number: int | None, *place: str | int) -> None:
    """Raise InvalidRequest for a number that cannot be kept."""
    if number is not None and abs(number) > LARGEST_INTEGER:
        raise invalid(("body", *place), f"Input should be less than or equal to {LARGEST_INTEGER}", "less_than_equal")
