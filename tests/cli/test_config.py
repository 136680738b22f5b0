"""Settings, profiles and versions from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from prefect import __version__
from tests.cli.conftest import Prefect


def test_view_shows_sources_and_masks_secrets(prefect: Prefect, home: Path) -> None:
    prefect("config", "set", "PREFECT_API_KEY=hunter2", "PREFECT_LOGGING_LEVEL=DEBUG")
    said = prefect("--profile", "ephemeral", "config", "view", "--show-defaults")
    assert "hunter2" not in said.out
    document = prefect("config", "view", "-o", "json").json
    assert document["profile"] == "ephemeral"
    by_name = {setting["name"]: setting for setting in document["settings"]}
    assert by_name["PREFECT_HOME"]["value"] == str(home)
    assert "source" not in prefect("config", "view", "--hide-sources", "-o", "json").json["settings"][0]


def test_set_echoes_no_secret_and_writes_the_profile(prefect: Prefect, home: Path) -> None:
    said = prefect("config", "set", "PREFECT_API_KEY=hunter2")
    assert said.out == "Set 'PREFECT_API_KEY' to '********'.\nUpdated profile 'ephemeral'.\n"
    assert "hunter2" in (home / "profiles.toml").read_text()
    assert prefect("profile", "inspect", "ephemeral", "-o", "json").json["PREFECT_API_KEY"] == "********"
    assert prefect("config", "unset", "PREFECT_API_KEY", "-y").code == 0
    assert "hunter2" not in (home / "profiles.toml").read_text()
    assert prefect("config", "unset", "PREFECT_API_KEY").err == "'PREFECT_API_KEY' is not set in profile 'ephemeral'.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("set", "NOPE=1"), "Unknown setting name 'NOPE'."),
        (("set", "PREFECT_API_URL"), "Failed to parse argument 'PREFECT_API_URL'. Use the format 'VAR=VAL'."),
        (("set", "PREFECT_HOME=/x"), "cannot be changed with this command"),
        (("set", "PREFECT_LOGGING_LEVEL=LOUD"), "expected one of DEBUG, INFO"),
        (("unset", "NOPE"), "Unknown setting name 'NOPE'."),
    ],
)
def test_what_cannot_be_set(prefect: Prefect, home: Path, arguments: tuple[str, ...], message: str) -> None:
    said = prefect("config", *arguments)
    assert said.code == 1
    assert message in said.err
    assert not (home / "profiles.toml").exists()


def test_validate(prefect: Prefect) -> None:
    assert prefect("config", "validate").out == "Configuration valid!\n"


def test_profiles(prefect: Prefect) -> None:
    assert prefect("profile", "create", "prod", "--from", "local").code == 0
    assert "already exists" in prefect("profile", "create", "prod").err
    assert prefect("profile", "inspect", "prod", "-o", "json").json == {"PREFECT_API_URL": "http://127.0.0.1:4200/api"}
    assert prefect("profile", "rename", "prod", "live").out == "Renamed profile 'prod' to 'live'.\n"
    assert prefect("profile", "use", "live").code == 0
    names = [profile["name"] for profile in prefect("profiles", "ls", "-o", "json").json]
    assert "live" in names
    assert "prod" not in names
    assert prefect("profile", "delete", "live").code == 0
    assert "is the active profile" in prefect("profile", "delete", "ephemeral").err
    for arguments in (("use", "nope"), ("inspect", "nope"), ("delete", "nope"), ("rename", "nope", "x")):
        assert prefect("profile", *arguments).err == "Profile 'nope' not found.\n"
    assert prefect("profile", "create", "x", "--from", "nope").code == 1


def test_populate_defaults(prefect: Prefect, home: Path) -> None:
    assert prefect("profile", "populate-defaults").code == 0
    assert "[profiles.local]" in (home / "profiles.toml").read_text()
    assert "nothing was changed" in prefect("profile", "populate-defaults").out


def test_version(prefect: Prefect) -> None:
    assert prefect("version").out.startswith(f"Version:           {__version__}\n")
    assert prefect("version", "-o", "json").json["version"] == __version__
