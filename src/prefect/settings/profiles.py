"""Profiles: named sets of settings that lie in profiles.toml, one of them active."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prefect.exceptions import MissingProfileError
from prefect.settings.constants import DEFAULT_PROFILE_NAME, DEFAULT_PROFILES_PATH
from prefect.settings.current import current_profile, current_profiles_path
from prefect.settings.errors import InvalidProfileSettings
from prefect.settings.fields import Key
from prefect.settings.files import warn_once
from prefect.settings.given import Given, profile_source
from prefect.settings.legacy import Setting, get_setting
from prefect.settings.profile_files import (
    RawProfile,
    bundled_profiles,
    read_profiles_file,
    write_profiles_file,
)
from prefect.settings.root import INDEX, SettingUpdates, check_values, find_field
from prefect.settings.sources import unknown_setting


class Profile:
    """A named set of settings.

    Args:
        name: the profile's name.
        settings: values by setting, name or accessor. Names that no setting has are kept in `unknown`, with a
            warning, so that saving a profile loses nothing.
        source: the file it comes from.
    """

    __slots__ = ("name", "settings", "source", "unknown")

    def __init__(self, name: str, settings: SettingUpdates | None = None, source: Path | None = None) -> None:
        self.name = name
        self.source = source
        self.settings: dict[Setting, Any] = {}
        self.unknown: dict[str, object] = {}
        for key, value in (settings or {}).items():
            self._put(key, value)

    def _put(self, key: Key | str, value: object) -> None:
        if isinstance(key, Key) or INDEX.find(key) is not None:
            self.settings[get_setting(find_field(key).name)] = value
            return
        self.unknown[key] = value
        message = unknown_setting(key, profile_source(self.name), str(self.source) if self.source else None)
        if self.source is None:
            warnings.warn(message, UserWarning, stacklevel=4)
        else:
            warn_once(message, str(self.source), self.name, key)

    def to_environment_variables(self) -> dict[str, str]:
        """The values, as text by environment variable; without those that are None."""
        return {setting.name: _as_text(setting, value) for setting, value in self.settings.items() if value is not None}

    def validate_settings(self) -> None:
        """Raises ProfileSettingsValidationError if a value can't be used, with each such setting and why."""
        errors = []
        for setting, value in self.settings.items():
            try:
                check_values({setting.accessor: self._given(setting, value)})
            except InvalidProfileSettings as error:
                errors.append((setting, str(error)))
        if errors:
            raise InvalidProfileSettings([text for _, text in errors], errors)

    def _given(self, setting: Setting, value: object) -> Given:
        file = str(self.source) if self.source else None
        return Given(value, profile_source(self.name), key=f"profiles.{self.name}.{setting.name}", file=file)

    def raw(self) -> RawProfile:
        """The profile as building settings takes it."""
        settings = {setting.name: value for setting, value in self.settings.items()}
        return RawProfile(self.name, {**settings, **self.unknown}, self.source)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and (self.name, self.settings, self.source) == (
            other.name,
            other.settings,
            other.source,
        )

    def __repr__(self) -> str:
        shown = {setting.name: find_field(setting).show(value) for setting, value in self.settings.items()}
        return f"Profile(name={self.name!r}, settings={shown!r}, source={self.source!r})"


def _as_text(setting: Setting, value: object) -> str:
    if isinstance(value, str):
        return value
    kind = find_field(setting).kind
    try:
        return kind.write(kind.read(value))
    except (ValueError, TypeError):
        return str(value)


class ProfilesCollection:
    """Profiles by name, and the name of the active one.

    Raises KeyError if the active one is not among them.
    """

    def __init__(self, profiles: Iterable[Profile], active: str | None = None) -> None:
        self.profiles_by_name = {profile.name: profile for profile in profiles}
        if active is not None:
            self.profiles_by_name[active]
        self.active_name = active

    @property
    def names(self) -> set[str]:
        """The profiles' names."""
        return set(self.profiles_by_name)

    @property
    def active_profile(self) -> Profile | None:
        """The active profile, if one is."""
        return self.profiles_by_name.get(self.active_name) if self.active_name else None

    def set_active(self, name: str | None, check: bool = True) -> None:
        """Choose the active profile.

        Raises ValueError if there is none of that name, unless `check` is False.
        """
        if check and name is not None and name not in self.profiles_by_name:
            raise ValueError(f"Unknown profile name {name!r}: profiles are {', '.join(sorted(self.names))}.")
        self.active_name = name

    def update_profile(self, name: str, settings: SettingUpdates, source: Path | None = None) -> Profile:
        """Change a profile's settings, or add the profile; None takes a setting out of it."""
        known = self.profiles_by_name.get(name)
        changed = Profile(name, {**known.raw().settings} if known else {}, known.source if known else None)
        changed.source = source or changed.source
        for key, value in settings.items():
            if isinstance(key, Key) or INDEX.find(key) is not None:
                changed._put(key, value)
            else:
                warnings.warn(unknown_setting(key, profile_source(name)), UserWarning, stacklevel=2)
        changed.settings = {setting: value for setting, value in changed.settings.items() if value is not None}
        self.profiles_by_name[name] = changed
        return changed

    def add_profile(self, profile: Profile) -> None:
        """Add a profile. Raises ValueError if one of that name is there."""
        if profile.name in self.profiles_by_name:
            raise ValueError(f"Profile name {profile.name!r} already exists in collection.")
        self.profiles_by_name[profile.name] = profile

    def remove_profile(self, name: str) -> None:
        """Take a profile out. Raises KeyError if there is none of that name."""
        self.profiles_by_name.pop(name)

    def without_profile_source(self, path: Path | None) -> ProfilesCollection:
        """The profiles that don't come from that file."""
        kept = [profile for profile in self.profiles_by_name.values() if profile.source != path]
        collection = ProfilesCollection(kept)
        collection.active_name = self.active_name
        return collection

    def to_dict(self) -> dict[str, Any]:
        """The collection as profiles.toml has it: `active`, and `profiles` by name, values as text."""
        return {
            "active": self.active_name,
            "profiles": {
                profile.name: {**profile.to_environment_variables(), **profile.unknown}
                for profile in self.profiles_by_name.values()
            },
        }

    def items(self) -> list[tuple[str, Profile]]:
        """Names and profiles."""
        return list(self.profiles_by_name.items())

    def __getitem__(self, name: str) -> Profile:
        return self.profiles_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.profiles_by_name)

    def __len__(self) -> int:
        return len(self.profiles_by_name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProfilesCollection) and (self.profiles_by_name, self.active_name) == (
            other.profiles_by_name,
            other.active_name,
        )

    def __repr__(self) -> str:
        profiles = list(self.profiles_by_name.values())
        return f"ProfilesCollection(profiles={profiles!r}, active={self.active_name!r})"


def from_raw(raw: RawProfile) -> Profile:
    """The profile as users handle it."""
    return Profile(raw.name, raw.settings, raw.source)


def load_profiles(include_defaults: bool = True) -> ProfilesCollection:
    """The profiles in the file at `profiles_path`, with those that come with Headrace unless told otherwise.

    Raises InvalidSettings if the file can't be read.
    """
    file = read_profiles_file(current_profiles_path())
    bundled = bundled_profiles() if include_defaults else {}
    collection = ProfilesCollection([from_raw(raw) for raw in {**bundled, **file.profiles}.values()])
    collection.active_name = file.active or (DEFAULT_PROFILE_NAME if include_defaults else None)
    return collection


def save_profiles(profiles: ProfilesCollection) -> None:
    """Write the profiles to the file at `profiles_path`, but for those that came with Headrace unchanged.

    Raises ConfigurationError if the file can't be written.
    """
    content = profiles.without_profile_source(DEFAULT_PROFILES_PATH).to_dict()
    write_profiles_file(current_profiles_path(), content["active"], content["profiles"])


def load_profile(name: str) -> Profile:
    """The profile of that name. Raises MissingProfileError, a ValueError, if there is none."""
    profiles = load_profiles()
    if name not in profiles.profiles_by_name:
        raise MissingProfileError(f"Profile {name!r} not found: profiles are {', '.join(sorted(profiles.names))}.")
    return profiles[name]


def load_current_profile() -> Profile:
    """The profile in force here, as its file has it now."""
    raw = current_profile()
    return load_profiles().profiles_by_name.get(raw.name) or from_raw(raw)


def update_current_profile(settings: SettingUpdates) -> Profile:
    """Change settings of the profile in force here, for good; None takes a setting out of it.

    Returns the changed profile. Raises ProfileSettingsValidationError, and changes nothing, if a value can't
    be used.
    """
    current = load_current_profile()
    profiles = load_profiles(include_defaults=False)
    if current.name not in profiles.profiles_by_name:
        profiles.add_profile(Profile(current.name, current.raw().settings))
    changed = profiles.update_profile(current.name, settings)
    changed.validate_settings()
    save_profiles(profiles)
    return changed
