"""Collecting what all sources give, the more important over the less.

    environment > .env > prefect.toml > [tool.prefect] in pyproject.toml > active profile

The three files are those of the working directory. Within one source a setting's proper name wins over former
names. Defaults are no source: they stand in where none gives a value.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from prefect.settings.constants import default_home
from prefect.settings.fields import AnyField, Group, put_home
from prefect.settings.files import parse_dotenv, parse_pyproject, parse_toml, read_file, warn_once
from prefect.settings.given import (
    DOTENV,
    ENVIRONMENT,
    PREFECT_TOML,
    PYPROJECT_TOML,
    Given,
    profile_source,
)
from prefect.settings.profile_files import RawProfile, active_profile

Values = dict[str, Given]
"""What sources gave, by accessor."""


class Index:
    """Every setting, by accessor and by each of its environment names."""

    __slots__ = ("by_accessor", "by_name")

    def __init__(self, root: type[Group]) -> None:
        self.by_accessor: dict[str, AnyField] = {field.accessor: field for field in root.fields()}
        self.by_name: dict[str, AnyField] = {}
        for field in self.by_accessor.values():
            for name in (*field.aliases, field.name):
                self.by_name[name] = field

    def find(self, key: str) -> AnyField | None:
        """The setting of that accessor, name or former name; None if there is none."""
        return self.by_accessor.get(key) or self.by_name.get(key)


def collect(index: Index, profile: RawProfile | None = None) -> tuple[Values, RawProfile]:
    """What the sources give now, and the profile among them: the one given, else the active one."""
    above = above_profiles(index)
    profile = profile or active_profile(profiles_path(above))
    return from_profile(index, profile) | above, profile


def above_profiles(index: Index) -> Values:
    """What the environment and the files in the working directory give now."""
    values = from_toml(index, "pyproject.toml", PYPROJECT_TOML)
    values |= from_toml(index, "prefect.toml", PREFECT_TOML)
    values |= from_names(index, read_file(".env", parse_dotenv), DOTENV, ".env")
    return values | from_names(index, os.environ, ENVIRONMENT)


def from_names(index: Index, names: Mapping[str, str], source: str, file: str | None = None) -> Values:
    """Settings among environment variables, whose names may be in any case."""
    values: Values = {}
    spelled = {name.upper(): name for name in names if name[:8].upper() == "PREFECT_"}
    for upper, name in spelled.items():
        field = index.by_name.get(upper)
        if field is not None and (upper == field.name or field.accessor not in values):
            exact = upper if upper in names else name
            values[field.accessor] = Given(names[exact], source, key=exact, file=file)
    return values


def from_profile(index: Index, profile: RawProfile) -> Values:
    """Settings of a profile; names that no setting has are reported and left out."""
    values: Values = {}
    source, path = profile_source(profile.name), str(profile.source) if profile.source else None
    for name, raw in profile.settings.items():
        field = index.find(name)
        if field is None:
            warn_once(unknown_setting(name, source, path), path or "", profile.name, name)
        elif name == field.name or field.accessor not in values:
            values[field.accessor] = Given(raw, source, key=f"profiles.{profile.name}.{name}", file=path)
    return values


def unknown_setting(name: str, source: str, path: str | None = None) -> str:
    """The warning about a name that no setting has."""
    where = f"{source} ({path})" if path else source
    return f"Setting {name!r} in {where} is not recognized and has no effect."


def from_toml(index: Index, path: str, source: str) -> Values:
    """Settings of prefect.toml or pyproject.toml, which nest as the tree does."""
    document = read_file(path, parse_pyproject if source == PYPROJECT_TOML else parse_toml)
    table = "tool.prefect." if source == PYPROJECT_TOML else ""
    values: Values = {}
    for accessor, raw in _leaves(index, document):
        if accessor in index.by_accessor:
            values[accessor] = Given(raw, source, key=table + accessor, file=path)
        else:
            warn_once(unknown_setting(accessor, source), os.path.realpath(path), accessor)
    return values


def _leaves(index: Index, document: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in document.items():
        accessor = path + name
        if isinstance(value, dict) and accessor not in index.by_accessor:
            yield from _leaves(index, value, accessor + ".")
        else:
            yield accessor, value


def profiles_path(values: Mapping[str, Given]) -> Path:
    """Where the profiles lie, by what the sources above profiles say."""
    given_home, given_path = values.get("home"), values.get("profiles_path")
    home = Path(os.path.expanduser(str(given_home.raw))) if given_home else default_home()
    if given_path is None:
        return home / "profiles.toml"
    return Path(os.path.expanduser(put_home(str(given_path.raw), home)))


def override(values: Values, profile: Iterable[tuple[str, Given]], *, keep: frozenset[str]) -> Values:
    """The values with a profile's put over them, except over those whose source is to be kept."""
    changed = {name: given for name, given in profile if name not in values or values[name].source not in keep}
    return {**values, **changed}
