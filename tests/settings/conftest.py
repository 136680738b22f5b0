"""A home and a working directory of its own for a test, and no setting from outside."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from prefect.settings import Settings, get_current_settings, refresh_global_settings_context

Configure = Callable[..., Settings]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    directory = tmp_path / "home"
    work = tmp_path / "work"
    work.mkdir()
    for name in [name for name in os.environ if name.upper().startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_HOME", str(directory))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.chdir(work)
    refresh_global_settings_context()
    yield directory
    monkeypatch.undo()
    refresh_global_settings_context()


@pytest.fixture
def configure(home: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Set environment variables and read the settings of the process again."""

    def set_and_read(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        refresh_global_settings_context()
        return get_current_settings()

    return set_and_read


@pytest.fixture
def profiles_file(home: Path) -> Callable[[str], Path]:
    """Write profiles.toml into the home and read the settings of the process again."""

    def write(text: str) -> Path:
        home.mkdir(exist_ok=True)
        path = home / "profiles.toml"
        path.write_text(text)
        refresh_global_settings_context()
        return path

    return write
