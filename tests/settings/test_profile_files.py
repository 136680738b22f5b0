"""profiles.toml as it lies on disk."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from prefect.settings import InvalidProfileSettings, InvalidSettings, Settings, get_current_settings
from prefect.settings.constants import DEFAULT_PROFILE_NAME, DEFAULT_PROFILES_PATH
from prefect.settings.profile_files import BUNDLED, active_profile, read_profiles_file, write_profiles_file

pytestmark = pytest.mark.usefixtures("home")


def test_the_bundled_file_says_what_the_code_says() -> None:
    document = tomllib.loads(DEFAULT_PROFILES_PATH.read_text())
    assert document == {"active": DEFAULT_PROFILE_NAME, "profiles": BUNDLED}


def test_the_default_profile_is_active_without_a_file(home: Path) -> None:
    assert get_current_settings().raw_profile.name == "ephemeral"
    assert get_current_settings().server.ephemeral.enabled
    assert not home.exists()


def test_the_environment_chooses_the_profile(
    profiles_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = profiles_file('active = "a"\n[profiles.a]\nPREFECT_API_URL = "http://a/api"\n[profiles.b]\n')
    assert active_profile(path).name == "a"
    monkeypatch.setenv("PREFECT_PROFILE", "b")
    assert active_profile(path).name == "b"
    monkeypatch.setenv("PREFECT_PROFILE", "local")
    assert Settings().api.url == "http://127.0.0.1:4200/api"


def test_a_users_profile_replaces_a_bundled_one(profiles_file: Callable[[str], Path]) -> None:
    path = profiles_file('active = "local"\n[profiles.local]\nPREFECT_API_URL = "http://mine/api"\n')
    assert active_profile(path).settings == {"PREFECT_API_URL": "http://mine/api"}


def test_without_a_choice_the_default_is_active(profiles_file: Callable[[str], Path]) -> None:
    assert active_profile(profiles_file("[profiles.a]\n")).name == "ephemeral"


def test_a_chosen_profile_that_is_missing_falls_back_with_a_warning(home: Path) -> None:
    home.mkdir()
    path = home / "profiles.toml"
    path.write_text('active = "gone"\n[profiles.a]\n')
    with pytest.warns(UserWarning, match=r"'gone' set in .*profiles\.toml not found.*Profiles: a, cloud"):
        assert active_profile(path).name == "ephemeral"


def test_a_profile_missing_by_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_PROFILE", "gone")
    with pytest.warns(UserWarning, match="'gone' set by PREFECT_PROFILE not found"):
        assert active_profile(home / "profiles.toml").name == "ephemeral"


@pytest.mark.parametrize("text", ["profiles = 1", "[profiles]\na = 1", "active = 3"])
def test_a_file_of_another_shape_is_refused(home: Path, text: str) -> None:
    home.mkdir()
    (home / "profiles.toml").write_text(text)
    with pytest.raises(InvalidSettings, match=r"profiles\.toml': expected"):
        read_profiles_file(home / "profiles.toml")


def test_unknown_settings_are_warned_about_and_the_rest_holds(home: Path) -> None:
    home.mkdir()
    text = 'active = "a"\n[profiles.a]\nPREFECT_NOPE = 1\nPREFECT_CLIENT_MAX_RETRIES = 2\n'
    (home / "profiles.toml").write_text(text)
    with pytest.warns(UserWarning, match=r"'PREFECT_NOPE' in profile 'a' \(.*profiles\.toml\) is not recognized"):
        assert Settings().client.max_retries == 2


def test_the_proper_name_wins_over_the_former(profiles_file: Callable[[str], Path]) -> None:
    profiles_file('active = "a"\n[profiles.a]\nPREFECT_FLOWS_DEFAULT_RETRIES = 2\nPREFECT_FLOW_DEFAULT_RETRIES = 1\n')
    assert get_current_settings().flows.default_retries == 2


def test_a_bad_value_is_told_with_profile_file_and_line(home: Path) -> None:
    home.mkdir()
    text = 'active = "a"\n[profiles.a]\nPREFECT_CLIENT_MAX_RETRIES = "x"\n'
    (home / "profiles.toml").write_text(text)
    with pytest.raises(InvalidProfileSettings) as caught:
        Settings()
    assert str(caught.value) == (
        f"PREFECT_CLIENT_MAX_RETRIES='x' from profile 'a', {home}/profiles.toml:3 is not valid: "
        "expected a whole number, 0 or more."
    )


def test_a_bad_value_that_another_source_replaces_does_no_harm(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    (home / "profiles.toml").write_text('active = "a"\n[profiles.a]\nPREFECT_CLIENT_MAX_RETRIES = "x"\n')
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "4")
    assert Settings().client.max_retries == 4


def test_writing_keeps_what_is_not_ours(home: Path) -> None:
    home.mkdir()
    path = home / "profiles.toml"
    path.write_text('note = "mine"\n[profiles.a]\n[other]\nx = 1\n')
    write_profiles_file(path, "b", {"b": {"PREFECT_API_URL": "http://b/api"}})
    assert tomllib.loads(path.read_text()) == {
        "note": "mine",
        "other": {"x": 1},
        "active": "b",
        "profiles": {"b": {"PREFECT_API_URL": "http://b/api"}},
    }
