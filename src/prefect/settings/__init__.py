"""Settings: everything that can be configured, from the environment, files and profiles.

`get_current_settings()` gives the tree of values (`settings.api.url`); every `PREFECT_*` name imports from
here as the `Setting` of that name. Importing reads nothing: sources are looked at when settings are first
asked for.

    temporary settings > environment > .env > prefect.toml > pyproject.toml > active profile > defaults
"""

from __future__ import annotations

from prefect.settings.constants import DEFAULT_PREFECT_HOME, DEFAULT_PROFILES_PATH
from prefect.settings.context import (
    SettingsContext,
    get_current_settings,
    get_settings_context,
    refresh_global_settings_context,
    root_settings_context,
    temporary_settings,
    use_profile,
)
from prefect.settings.errors import InvalidProfileSettings, InvalidSettings
from prefect.settings.files import private_directory
from prefect.settings.kinds import SecretStr
from prefect.settings.legacy import Setting, get_setting
from prefect.settings.profiles import (
    Profile,
    ProfilesCollection,
    load_current_profile,
    load_profile,
    load_profiles,
    save_profiles,
    update_current_profile,
)
from prefect.settings.root import INDEX, Settings, canonical_environment_prefix

__all__ = [
    # values
    "Settings",
    "get_current_settings",
    "temporary_settings",
    "canonical_environment_prefix",
    "SecretStr",
    # names
    "Setting",
    "get_setting",
    "PREFECT_API_AUTH_STRING",
    "PREFECT_API_KEY",
    "PREFECT_API_URL",
    "PREFECT_UI_URL",
    # profiles
    "Profile",
    "ProfilesCollection",
    "load_current_profile",
    "load_profile",
    "load_profiles",
    "save_profiles",
    "update_current_profile",
    "use_profile",
    # contexts
    "SettingsContext",
    "get_settings_context",
    "refresh_global_settings_context",
    "root_settings_context",
    # places
    "DEFAULT_PREFECT_HOME",
    "DEFAULT_PROFILES_PATH",
    "private_directory",
    # errors
    "InvalidProfileSettings",
    "InvalidSettings",
]

PREFECT_API_AUTH_STRING = get_setting("PREFECT_API_AUTH_STRING")
PREFECT_API_KEY = get_setting("PREFECT_API_KEY")
PREFECT_API_URL = get_setting("PREFECT_API_URL")
PREFECT_UI_URL = get_setting("PREFECT_UI_URL")


def __getattr__(name: str) -> Setting:
    if name in INDEX.by_name:
        return get_setting(name)
    raise AttributeError(f"{name} is not a Prefect setting.")


def __dir__() -> list[str]:
    return sorted({*globals(), *INDEX.by_name})
