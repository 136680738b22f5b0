"""Which settings are in force here and now.

A context variable holds what `temporary_settings` and `use_profile` put up; below it lies one root for the
whole process, built when first asked for. New threads start with an empty context and see the root.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from prefect.settings.errors import InvalidSettings
from prefect.settings.profile_files import RawProfile, active_profile
from prefect.settings.root import INDEX, Settings
from prefect.settings.sources import above_profiles, profiles_path


class InForce:
    """Settings that were put up for a while."""

    settings: Settings


in_force: ContextVar[InForce | None] = ContextVar("prefect_settings", default=None)
_root: Settings | None = None
_lock = threading.Lock()


def get_current_settings() -> Settings:
    """The settings in force here. Raises InvalidSettings if the sources hold values that can't be used."""
    holder = in_force.get()
    if holder is not None:
        return holder.settings
    return _root or root_settings()


def root_settings() -> Settings:
    """The settings of the process, beneath all temporary ones; read from the sources the first time."""
    global _root
    with _lock:
        if _root is None:
            _root = _read()
        return _root


def refresh_root_settings() -> Settings:
    """Read the sources again for the whole process."""
    global _root
    with _lock:
        _root = _read()
        return _root


def current_profiles_path() -> Path:
    """Where the profiles lie; also while other settings can't be used, so that a profile can be mended."""
    try:
        return get_current_settings().profiles_path
    except InvalidSettings:
        return profiles_path(above_profiles(INDEX))


def current_profile() -> RawProfile:
    """The profile in force here; also while settings can't be used."""
    try:
        return get_current_settings().raw_profile
    except InvalidSettings:
        return active_profile(current_profiles_path())


@contextmanager
def root_replaced(settings: Settings) -> Iterator[None]:
    """Within the block, these are the settings of the process, also in threads: for tests."""
    global _root
    previous = _root
    _root = settings
    try:
        yield
    finally:
        _root = previous


def _read() -> Settings:
    settings = Settings()
    settings.emit_warnings()
    return settings
