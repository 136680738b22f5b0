"""One value as a source gave it, and where a person finds it again."""

from __future__ import annotations

from typing import Any

ENVIRONMENT = "env"
DOTENV = ".env file"
PREFECT_TOML = "prefect.toml"
PYPROJECT_TOML = "pyproject.toml"
CODE = "code"
DEFAULTS = "defaults"


def profile_source(name: str) -> str:
    """The source of what a profile gave."""
    return f"profile {name!r}"


class Given:
    """A value from a source.

    `raw` is what the source held and `value` what it was read as; `source` is one of the constants above or a
    profile. For files, `file` is the path and `key` the dotted key inside it; for the environment, `key` is
    the variable's name as it was spelled.
    """

    __slots__ = ("file", "key", "raw", "source", "value")

    def __init__(self, raw: object, source: str, *, key: str = "", file: str | None = None) -> None:
        self.raw = raw
        self.source = source
        self.key = key
        self.file = file
        self.value: Any = None

    @property
    def place(self) -> str:
        """Where the value was read, for an error: with the file and line, if there is one."""
        if self.source == ENVIRONMENT:
            return f"environment variable {self.key}"
        if self.file is None:
            return self.source
        line = line_of(self.file, self.key)
        where = f"{self.file}:{line}" if line else self.file
        return f"{self.source}, {where}" if self.source.startswith("profile") else where


def line_of(file: str, key: str) -> int | None:
    """The number of the line that sets a dotted key in a TOML or .env file, if written the usual way."""
    table = ""
    wanted = key.lower()
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                bare = line.strip().removeprefix("export ").replace('"', "").replace("'", "").replace(" ", "")
                if bare.startswith("["):
                    table = bare.strip("[]") + "."
                elif (table + bare.split("=")[0]).lower() == wanted:
                    return number
    except OSError:
        return None
    return None
