"""Where things are when nothing says otherwise."""

from __future__ import annotations

import os
from pathlib import Path


def default_home() -> Path:
    """The directory that PREFECT_HOME is by default, for the user as of now."""
    return Path(os.path.expanduser("~/.prefect"))


DEFAULT_PREFECT_HOME = default_home()
"""Directory of the embedded database, results, keys and profiles."""

DEFAULT_PROFILES_PATH = Path(__file__).parent / "profiles.toml"
"""The profiles that come with Headrace; a profile of the user's with the same name replaces one of them."""

DEFAULT_PROFILE_NAME = "ephemeral"
"""The profile that is active where none is chosen."""

CONFIGURATION_FILES = (".env", "prefect.toml", "pyproject.toml")
"""Files in the working directory that may hold settings, most important first."""
