"""Profiles as they lie in profiles.toml: names, texts, and which one is active.

This is the raw side, which building settings needs; `profiles` has the objects that users handle.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from prefect.settings.constants import DEFAULT_PROFILE_NAME, DEFAULT_PROFILES_PATH
from prefect.settings.errors import InvalidSettings
from prefect.settings.files import parse_toml, read_file, warn_once, write_private
from prefect.settings.toml_text import to_toml

RawSettings = Mapping[str, object]

BUNDLED: dict[str, RawSettings] = {
    "ephemeral": {"PREFECT_SERVER_EPHEMERAL_ENABLED": "true"},
    "local": {"PREFECT_API_URL": "http://127.0.0.1:4200/api"},
    "test": {
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:///:memory:",
    },
    "cloud": {},
}


class RawProfile:
    """A profile's name, its settings as they were written, and the file they come from."""

    __slots__ = ("name", "settings", "source")

    def __init__(self, name: str, settings: RawSettings, source: Path | None) -> None:
        self.name = name
        self.settings = settings
        self.source = source


class ProfilesFile:
    """The content of a profiles.toml: the profiles, the active one's name, and what else is in there."""

    __slots__ = ("active", "other", "profiles")

    def __init__(self, active: str | None, profiles: dict[str, RawProfile], other: RawSettings) -> None:
        self.active = active
        self.profiles = profiles
        self.other = other


def bundled_profiles() -> dict[str, RawProfile]:
    """The profiles that come with Headrace."""
    return {name: RawProfile(name, settings, DEFAULT_PROFILES_PATH) for name, settings in BUNDLED.items()}


def read_profiles_file(path: Path) -> ProfilesFile:
    """The profiles in a file, none if there is no file.

    Raises InvalidSettings if it isn't a profiles.toml.
    """
    document = read_file(path, parse_toml)
    active = document.get("active")
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        raise InvalidSettings([f"Settings file {str(path)!r}: expected each profile as a table [profiles.NAME]."])
    if active is not None and not isinstance(active, str):
        raise InvalidSettings([f'Settings file {str(path)!r}: expected active = "NAME", found {active!r}.'])
    other = {name: value for name, value in document.items() if name not in ("active", "profiles")}
    return ProfilesFile(active, {name: RawProfile(name, table, path) for name, table in profiles.items()}, other)


def write_profiles_file(path: Path, active: str | None, profiles: Mapping[str, RawSettings]) -> None:
    """Replace the profiles in a file, and keep what else is in there."""
    other = read_profiles_file(path).other
    write_private(path, to_toml({**other, "active": active, "profiles": profiles}))


def active_profile(path: Path) -> RawProfile:
    """The profile in force: PREFECT_PROFILE, else the file's active one, else the default.

    Where the one chosen doesn't exist, warns and falls back to the default.
    """
    file = read_profiles_file(path)
    profiles = {**bundled_profiles(), **file.profiles}
    chosen = os.environ.get("PREFECT_PROFILE") or file.active or DEFAULT_PROFILE_NAME
    if chosen in profiles:
        return profiles[chosen]
    origin = "by PREFECT_PROFILE" if os.environ.get("PREFECT_PROFILE") else f"in {path}"
    warn_once(
        f"Active profile {chosen!r} set {origin} not found; using {DEFAULT_PROFILE_NAME!r}. "
        f"Profiles: {', '.join(sorted(profiles))}.",
        str(path),
        chosen,
    )
    return profiles[DEFAULT_PROFILE_NAME]
