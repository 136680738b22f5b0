"""Settings in force: nested, per context, restored."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from prefect.exceptions import MissingProfileError
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    InvalidSettings,
    Profile,
    SettingsContext,
    get_current_settings,
    get_settings_context,
    refresh_global_settings_context,
    root_settings_context,
    temporary_settings,
    use_profile,
)
from tests.settings.conftest import Configure

pytestmark = pytest.mark.usefixtures("home")


def test_the_same_settings_are_given_until_they_change() -> None:
    settings = get_current_settings()
    assert get_current_settings() is settings
    assert root_settings_context().settings is settings
    with temporary_settings():
        assert get_current_settings() is not settings
    assert get_current_settings() is settings


def test_temporary_settings_nest_and_end() -> None:
    with temporary_settings({PREFECT_API_URL: "http://a/api"}) as outer:
        assert get_current_settings() is outer
        with temporary_settings({"client.max_retries": 1}) as inner:
            assert (inner.api.url, inner.client.max_retries) == ("http://a/api", 1)
        with temporary_settings({PREFECT_API_URL: None}):
            assert PREFECT_API_URL.value() is None
        with temporary_settings(restore_defaults=[PREFECT_API_URL]):
            assert PREFECT_API_URL.value() is None
        with temporary_settings(set_defaults={PREFECT_API_URL: "http://b/api"}):
            assert PREFECT_API_URL.value() == "http://a/api"
    assert PREFECT_API_URL.value() is None


def test_temporary_settings_end_with_an_error_too() -> None:
    with pytest.raises(RuntimeError), temporary_settings({PREFECT_API_URL: "http://a/api"}):
        raise RuntimeError
    assert PREFECT_API_URL.value() is None


def test_a_bad_value_changes_nothing() -> None:
    with pytest.raises(InvalidSettings, match="'x' from code is not valid"):
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: "x"}):
            raise AssertionError
    assert PREFECT_CLIENT_MAX_RETRIES.value() == 5


def test_temporary_settings_hold_in_tasks_and_copied_contexts_not_in_threads() -> None:
    async def read() -> object:
        return await asyncio.create_task(asyncio.to_thread(PREFECT_API_URL.value))

    seen: list[object] = []
    with temporary_settings({PREFECT_API_URL: "http://a/api"}):
        assert asyncio.run(read()) == "http://a/api"
        context = contextvars.copy_context()
        for target in (PREFECT_API_URL.value, lambda: context.run(PREFECT_API_URL.value)):
            thread = threading.Thread(target=lambda target=target: seen.append(target()))
            thread.start()
            thread.join()
    assert seen == [None, "http://a/api"]


def test_refreshing_reads_the_environment_again_beneath_what_is_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}):
        monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "2")
        assert refresh_global_settings_context().settings.client.max_retries == 2
        assert get_current_settings().client.max_retries == 1
    assert get_current_settings().client.max_retries == 2


def test_temporary_settings_see_a_changed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "2")
    assert get_current_settings().client.max_retries == 5
    with temporary_settings() as settings:
        assert settings.client.max_retries == 2


def test_a_settings_context_can_be_put_up_by_hand() -> None:
    settings = get_current_settings().copy_with_update({PREFECT_API_URL: "http://a/api"})
    context = SettingsContext(profile=Profile("mine"), settings=settings)
    with context, context:
        assert SettingsContext.get() is context is get_settings_context()
        assert get_current_settings() is settings
        with temporary_settings():
            assert get_settings_context().profile.name == "mine"
    assert get_settings_context().profile.name == "ephemeral"
    assert repr(context).startswith("SettingsContext(profile=Profile(name='mine'")


def test_a_profile_by_name() -> None:
    with use_profile("local") as context:
        assert context.profile.name == "local"
        assert PREFECT_API_URL.value() == "http://127.0.0.1:4200/api"
        assert get_current_settings().source_of(PREFECT_API_URL) == "profile 'local'"
    assert PREFECT_API_URL.value() is None


def test_the_environment_wins_over_a_profile_unless_told_otherwise(configure: Configure) -> None:
    configure(PREFECT_API_URL="http://env/api")
    with use_profile("local") as context:
        assert context.settings.api.url == "http://env/api"
    with use_profile("local", override_environment_variables=True) as context:
        assert context.settings.api.url == "http://127.0.0.1:4200/api"


def test_what_is_in_force_stays_under_a_profile_unless_told_otherwise() -> None:
    profile = Profile("adhoc", {PREFECT_CLIENT_MAX_RETRIES: 2})
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 42, PREFECT_API_URL: "http://a/api"}):
        with use_profile(profile) as context:
            assert context.settings.client.max_retries == 2
            assert context.settings.api.url == "http://a/api"
            assert context.settings.server.ephemeral.enabled
        with use_profile(profile, include_current_context=False) as context:
            assert context.settings.client.max_retries == 2
            assert context.settings.api.url is None
            assert not context.settings.server.ephemeral.enabled


def test_temporary_settings_under_a_profile_keep_to_it() -> None:
    with use_profile(Profile("adhoc", {"api.key": "k"}), include_current_context=False):
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 1}) as settings:
            assert settings.api.key is not None
            assert settings.source_of("api.key") == "profile 'adhoc'"
            assert not settings.server.ephemeral.enabled


def test_profiles_that_cannot_be_used() -> None:
    with pytest.raises(MissingProfileError, match="'nope' not found"):
        with use_profile("nope"):
            raise AssertionError
    with pytest.raises(InvalidSettings, match="'x' from profile 'bad' is not valid"):
        with use_profile(Profile("bad", {PREFECT_CLIENT_MAX_RETRIES: "x"})):
            raise AssertionError


def test_addresses_that_look_wrong_are_warned_about() -> None:
    with pytest.warns(UserWarning, match="did you mean http://x:4200/api"):
        with temporary_settings({PREFECT_API_URL: "http://x:4200"}):
            assert PREFECT_API_URL.value() == "http://x:4200"
    silent = {PREFECT_API_URL: "http://x:4200", "PREFECT_SILENCE_API_URL_MISCONFIGURATION": True}
    with temporary_settings(silent):
        assert PREFECT_API_URL.value() == "http://x:4200"
