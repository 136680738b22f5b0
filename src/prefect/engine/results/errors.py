"""What can be wrong with a stored result: told apart, so that caches do without it and people can mend it."""

from __future__ import annotations

from prefect.exceptions import MissingResult, PrefectException, SerializationError


class ResultNotFound(MissingResult, ValueError):
    """The result storage holds nothing under this key."""


class DamagedResult(SerializationError):
    """What is stored under this key is not a whole result."""


class ResultStorageError(PrefectException, OSError):
    """The result storage cannot be written to or read from."""

    def __str__(self) -> str:
        return str(self.args[0])  # an OSError with `errno` and `filename` would show only these
