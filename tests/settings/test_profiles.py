"""Profiles as users handle them."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prefect.exceptions import MissingProfileError, ProfileSettingsValidationError
from prefect.settings import (
    DEFAULT_PROFILES_PATH,
    PREFECT_API_KEY,
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_DEFAULT_RETRIES,
    PREFECT_HOME,
    Profile,
    ProfilesCollection,
    get_current_settings,
    load_current_profile,
    load_profile,
    load_profiles,
    refresh_global_settings_context,
    save_profiles,
    update_current_profile,
    use_profile,
)

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def profile() -> Profile:
    return Profile(
        name="p1",
        settings={"PREFECT_API_URL": "http://p1/api", PREFECT_CLIENT_MAX_RETRIES: 3, PREFECT_API_KEY: "hush"},
    )


def test_settings_are_keyed_by_setting_however_they_are_named() -> None:
    profile = Profile("x", {"PREFECT_FLOW_DEFAULT_RETRIES": 1, "api.url": "u", PREFECT_HOME: "/h"})
    assert profile.settings == {PREFECT_FLOWS_DEFAULT_RETRIES: 1, PREFECT_API_URL: "u", PREFECT_HOME: "/h"}


def test_unknown_settings_are_warned_about_and_kept_apart() -> None:
    with pytest.warns(UserWarning, match="'PREFECT_NOPE' in profile 'x' is not recognized"):
        profile = Profile("x", {"PREFECT_NOPE": 1})
    assert (profile.settings, profile.unknown) == ({}, {"PREFECT_NOPE": 1})


def test_as_environment_variables(profile: Profile) -> None:
    assert profile.to_environment_variables() == {
        "PREFECT_API_URL": "http://p1/api",
        "PREFECT_CLIENT_MAX_RETRIES": "3",
        "PREFECT_API_KEY": "hush",
    }
    odd = Profile("x", {"client.retry_extra_codes": [503, 429], "client.max_retries": [], "api.url": None})
    assert odd.to_environment_variables() == {
        "PREFECT_CLIENT_RETRY_EXTRA_CODES": "429,503",
        "PREFECT_CLIENT_MAX_RETRIES": "[]",
    }


def test_printing_hides_secrets(profile: Profile) -> None:
    assert "hush" not in repr(ProfilesCollection([profile]))
    assert "http://p1/api" in repr(profile)


def test_validation_names_every_bad_setting(profile: Profile) -> None:
    profile.validate_settings()
    bad = Profile("x", {"PREFECT_CLIENT_MAX_RETRIES": "abc", "PREFECT_API_KEY": 3})
    with pytest.raises(ProfileSettingsValidationError) as caught:
        bad.validate_settings()
    assert [setting for setting, _ in caught.value.errors] == [PREFECT_CLIENT_MAX_RETRIES, PREFECT_API_KEY]
    assert str(caught.value).splitlines() == [
        "PREFECT_CLIENT_MAX_RETRIES='abc' from profile 'x' is not valid: expected a whole number, 0 or more.",
        "PREFECT_API_KEY=******** from profile 'x' is not valid: expected text.",
    ]


def test_a_collection_by_name(profile: Profile) -> None:
    collection = ProfilesCollection([profile], active="p1")
    assert collection.names == {"p1"}
    assert collection["p1"] is profile is collection.active_profile
    assert (list(collection), len(collection), "p1" in collection) == (["p1"], 1, True)
    assert collection.items() == [("p1", profile)]
    assert collection == ProfilesCollection([profile], active="p1") != ProfilesCollection([profile])
    with pytest.raises(KeyError):
        collection["p2"]
    with pytest.raises(KeyError):
        ProfilesCollection([profile], active="p2")


def test_choosing_the_active_profile(profile: Profile) -> None:
    collection = ProfilesCollection([profile])
    assert collection.active_profile is None
    collection.set_active("p1")
    assert collection.active_name == "p1"
    with pytest.raises(ValueError, match="Unknown profile name 'p2'"):
        collection.set_active("p2")
    collection.set_active("p2", check=False)
    assert (collection.active_name, collection.active_profile) == ("p2", None)
    collection.set_active(None)
    assert collection.active_name is None


def test_adding_and_removing(profile: Profile) -> None:
    collection = ProfilesCollection([])
    collection.add_profile(profile)
    with pytest.raises(ValueError, match="'p1' already exists"):
        collection.add_profile(profile)
    collection.remove_profile("p1")
    with pytest.raises(KeyError):
        collection.remove_profile("p1")


def test_updating_merges_adds_and_takes_out(profile: Profile) -> None:
    collection = ProfilesCollection([profile])
    changed = collection.update_profile("p1", {"PREFECT_API_URL": "http://new/api", PREFECT_API_KEY: None})
    assert changed.settings == {PREFECT_API_URL: "http://new/api", PREFECT_CLIENT_MAX_RETRIES: 3}
    assert collection["p1"] is changed
    collection.update_profile("p2", {PREFECT_HOME: "/x"}, source=Path("/src"))
    assert collection["p2"] == Profile("p2", {PREFECT_HOME: "/x"}, Path("/src"))
    with pytest.warns(UserWarning, match="PREFECT_NOPE"):
        assert collection.update_profile("p2", {"PREFECT_NOPE": 1}).unknown == {}


def test_leaving_out_a_source(profile: Profile) -> None:
    collection = ProfilesCollection([profile, Profile("p2", {}, Path("/src"))], active="p2")
    assert collection.without_profile_source(Path("/src")).names == {"p1"}
    assert collection.without_profile_source(None).names == {"p2"}


def test_loading_without_a_file() -> None:
    profiles = load_profiles()
    assert profiles.names == {"ephemeral", "local", "test", "cloud"}
    assert profiles.active_name == "ephemeral"
    assert load_profile("local").source == DEFAULT_PROFILES_PATH
    assert load_profiles(include_defaults=False) == ProfilesCollection([])
    with pytest.raises(MissingProfileError, match="'zzz' not found: profiles are cloud, ephemeral, local, test"):
        load_profile("zzz")


def test_saving_and_loading(profile: Profile, home: Path) -> None:
    profiles = load_profiles()
    profiles.add_profile(profile)
    profiles.set_active("p1")
    save_profiles(profiles)
    text = (home / "profiles.toml").read_text()
    assert text == (
        'active = "p1"\n\n[profiles.p1]\nPREFECT_API_URL = "http://p1/api"\n'
        'PREFECT_CLIENT_MAX_RETRIES = "3"\nPREFECT_API_KEY = "hush"\n'
    )
    assert stat.S_IMODE((home / "profiles.toml").stat().st_mode) == 0o600
    assert load_profiles().names == {"ephemeral", "local", "test", "cloud", "p1"}
    refresh_global_settings_context()
    assert get_current_settings().client.max_retries == 3
    assert load_current_profile().name == "p1"


def test_saving_loses_no_setting_of_a_newer_version(home: Path) -> None:
    home.mkdir()
    path = home / "profiles.toml"
    path.write_text('[profiles.a]\nPREFECT_FROM_THE_FUTURE = [1, 2]\nPREFECT_API_URL = "u"\n')
    with pytest.warns(UserWarning, match="PREFECT_FROM_THE_FUTURE"):
        profiles = load_profiles()
    profiles.update_profile("a", {"PREFECT_API_URL": "v"})
    save_profiles(profiles)
    assert '[profiles.a]\nPREFECT_API_URL = "v"\nPREFECT_FROM_THE_FUTURE = [1, 2]\n' in path.read_text()


def test_updating_the_current_profile(profiles_file: Callable[[str], Path]) -> None:
    path = profiles_file('active = "a"\n[profiles.a]\nPREFECT_CLI_COLORS = "false"\n[profiles.b]\n')
    changed = update_current_profile({PREFECT_CLIENT_MAX_RETRIES: 2, "PREFECT_CLI_COLORS": None})
    assert changed.settings == {PREFECT_CLIENT_MAX_RETRIES: 2}
    assert path.read_text() == 'active = "a"\n\n[profiles.a]\nPREFECT_CLIENT_MAX_RETRIES = "2"\n\n[profiles.b]\n'


def test_updating_a_bundled_profile_makes_it_the_users(home: Path) -> None:
    update_current_profile({"PREFECT_API_URL": "http://x/api"})
    assert load_profiles(include_defaults=False)["ephemeral"].to_environment_variables() == {
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_API_URL": "http://x/api",
    }
    assert load_profiles()["ephemeral"].source == home / "profiles.toml"


def test_a_bad_update_changes_nothing(profiles_file: Callable[[str], Path]) -> None:
    path = profiles_file('active = "a"\n[profiles.a]\n')
    with pytest.raises(ProfileSettingsValidationError, match="PREFECT_CLIENT_MAX_RETRIES='x'"):
        update_current_profile({PREFECT_CLIENT_MAX_RETRIES: "x"})
    assert path.read_text() == 'active = "a"\n[profiles.a]\n'


def test_the_profile_in_use_is_updated_rather_than_the_active(profiles_file: Callable[[str], Path]) -> None:
    profiles_file('active = "a"\n[profiles.a]\n[profiles.b]\n')
    with use_profile("b"):
        assert load_current_profile().name == "b"
        update_current_profile({"PREFECT_API_URL": "u"})
    assert load_profile("b").settings == {PREFECT_API_URL: "u"}
    assert load_profile("a").settings == {}


def test_a_broken_profile_can_be_mended(home: Path) -> None:
    home.mkdir()
    (home / "profiles.toml").write_text('active = "a"\n[profiles.a]\nPREFECT_CLIENT_MAX_RETRIES = "x"\n')
    with pytest.raises(ProfileSettingsValidationError):
        refresh_global_settings_context()
    program = (
        "import prefect.settings as s; print(s.load_current_profile().name); "
        "s.update_current_profile({'client.max_retries': 1}); print(s.PREFECT_CLIENT_MAX_RETRIES.value())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["a", "1"]
