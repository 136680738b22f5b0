"""Settings and profile in force, and changing them for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import Token

from prefect.settings.current import (
    InForce,
    get_current_settings,
    in_force,
    refresh_root_settings,
    root_settings,
)
from prefect.settings.profiles import Profile, from_raw, load_profile
from prefect.settings.root import SettingKey, Settings, SettingUpdates

__all__ = [
    "SettingsContext",
    "get_current_settings",
    "get_settings_context",
    "refresh_global_settings_context",
    "root_settings_context",
    "temporary_settings",
    "use_profile",
]


class SettingsContext(InForce):
    """A profile and settings; as a context manager, in force until it is left."""

    def __init__(self, profile: Profile, settings: Settings) -> None:
        self.profile = profile
        self.settings = settings
        self._tokens: list[Token[InForce | None]] = []

    def __enter__(self) -> SettingsContext:
        self._tokens.append(in_force.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        in_force.reset(self._tokens.pop())

    @classmethod
    def get(cls) -> SettingsContext:
        """The one in force here."""
        return get_settings_context()

    def __repr__(self) -> str:
        return f"SettingsContext(profile={self.profile!r}, settings={self.settings!r})"


def get_settings_context() -> SettingsContext:
    """The profile and settings in force here."""
    holder = in_force.get()
    return holder if isinstance(holder, SettingsContext) else root_settings_context()


def root_settings_context() -> SettingsContext:
    """The profile and settings of the process, beneath all temporary ones."""
    return _context_of(root_settings())


def refresh_global_settings_context() -> SettingsContext:
    """Read the sources again for the whole process; what is temporarily in force stays."""
    return _context_of(refresh_root_settings())


def _context_of(settings: Settings) -> SettingsContext:
    return SettingsContext(from_raw(settings.raw_profile), settings)


@contextmanager
def temporary_settings(
    updates: SettingUpdates | None = None,
    set_defaults: SettingUpdates | None = None,
    restore_defaults: Iterable[SettingKey] | None = None,
) -> Iterator[Settings]:
    """Settings with changes, in force until the block is left; yields them.

    The changes lie over those already in force. They hold in this context, in tasks started from it and in
    copies of it, not in threads started meanwhile.

    Args:
        updates: values by setting, name or accessor.
        set_defaults: values for settings that nothing has set.
        restore_defaults: settings to put back to their defaults, whatever the sources say.

    Raises:
        ValueError: no setting has that name, or a value can't be used.
    """
    context = get_settings_context()
    settings = context.settings.copy_with_update(updates, set_defaults, restore_defaults)
    settings.emit_warnings()
    with SettingsContext(context.profile, settings):
        yield settings


@contextmanager
def use_profile(
    profile: Profile | str,
    override_environment_variables: bool = False,
    include_current_context: bool = True,
) -> Iterator[SettingsContext]:
    """A profile, in force until the block is left; yields it with its settings.

    Args:
        profile: the profile or its name. override_environment_variables: the profile wins over the
        environment and the files in the working directory. include_current_context: what is in force now
        stays where the profile says nothing; else everything is read
            anew, with this profile in place of the active one.

    Raises:
        MissingProfileError: there is no profile of that name.
        InvalidSettings: it holds values that can't be used.
    """
    chosen = load_profile(profile) if isinstance(profile, str) else profile
    settings = get_current_settings().with_profile(
        chosen.raw(),
        override_environment=override_environment_variables,
        keep_current=include_current_context,
    )
    settings.emit_warnings()
    with SettingsContext(chosen, settings) as context:
        yield context
