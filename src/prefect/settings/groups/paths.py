"""Paths that settings name: `~` and `$PREFECT_HOME` mean what people expect of them."""

from __future__ import annotations

from pathlib import Path

from prefect.settings.schema.fields import Field, From
from prefect.settings.schema.kinds import PATH

HOME_PLACEHOLDERS = ("${PREFECT_HOME}", "$PREFECT_HOME")


def path_field(name_in_home: str, help: str, *aliases: str) -> Field[Path]:
    """A path whose default is a name inside PREFECT_HOME, and which may begin with `$PREFECT_HOME`."""
    return Field(
        PATH,
        From(("home",), lambda home: home / name_in_home),
        help,
        aliases=aliases,
        finish=From(("home",), lambda path, home: Path(put_home(str(path), home))),
    )


def put_home(text: str, home: Path) -> str:
    """The text with `$PREFECT_HOME` replaced by the directory."""
    for placeholder in HOME_PLACEHOLDERS:
        text = text.replace(placeholder, str(home))
    return text
