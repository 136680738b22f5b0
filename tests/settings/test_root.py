"""The root of the tree: derived values, copies, checks across settings, warnings."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from prefect.settings import (
    InvalidSettings,
    SecretStr,
    Settings,
    canonical_environment_prefix,
    get_current_settings,
)
from prefect.settings.root import INDEX, find_field
from tests.settings.conftest import Configure

pytestmark = pytest.mark.usefixtures("home")


def test_paths_follow_the_home() -> None:
    settings = Settings(home="~/elsewhere")
    home = Path.home() / "elsewhere"
    assert settings.home == home
    assert settings.profiles_path == home / "profiles.toml"
    assert settings.results.local_storage_path == home / "storage"
    assert settings.server.memo_store_path == home / "memo_store.toml"
    assert settings.logging.config_path == home / "logging.yml"
    url = settings.server.database.connection_url
    assert url == SecretStr(f"sqlite+aiosqlite:///{home}/prefect.db")


def test_paths_may_refer_to_the_home() -> None:
    settings = Settings(home="/h", profiles_path="$PREFECT_HOME/p.toml", results={"local_storage_path": "~/s"})
    assert settings.profiles_path == Path("/h/p.toml")
    assert settings.results.local_storage_path == Path.home() / "s"


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ({}, ("INFO", "ERROR")),
        ({"debug_mode": True}, ("DEBUG", "DEBUG")),
        ({"testing": {"test_mode": True}}, ("DEBUG", "DEBUG")),
        ({"debug_mode": True, "logging": {"level": "warning"}}, ("WARNING", "DEBUG")),
    ],
)
def test_levels_follow_debug_mode(values: dict[str, object], levels: tuple[str, str]) -> None:
    settings = Settings(**values)
    assert (settings.logging.level, settings.internal.logging_level) == levels


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Unknown setting: 'api\.ulr'"):
        Settings(api={"ulr": "x"})
    with pytest.raises(ValueError, match="Unknown setting: 'PREFECT_NOPE'"):
        get_current_settings().copy_with_update({"PREFECT_NOPE": 1})
    with pytest.raises(ValueError, match="Unknown setting"):
        get_current_settings().source_of("nope")


def test_settings_are_found_by_every_name() -> None:
    names = ("PREFECT_FLOWS_DEFAULT_RETRIES", "PREFECT_FLOW_DEFAULT_RETRIES", "flows.default_retries")
    assert {id(find_field(name)) for name in names} == {id(INDEX.by_accessor["flows.default_retries"])}


def test_names_are_unique() -> None:
    fields = INDEX.by_accessor.values()
    assert len(INDEX.by_name) == sum(1 + len(field.aliases) for field in fields)


def test_copies_update_restore_and_set_defaults(configure: Configure) -> None:
    settings = configure(PREFECT_API_URL="http://env/api", PREFECT_CLIENT_MAX_RETRIES="3")
    copy = settings.copy_with_update(
        updates={"PREFECT_FLOW_DEFAULT_RETRIES": 9},
        set_defaults={"api.url": "http://default/api", "api.key": "k"},
        restore_defaults=["PREFECT_CLIENT_MAX_RETRIES"],
    )
    assert copy.flows.default_retries == 9
    assert copy.api.url == "http://env/api"
    assert copy.api.key == SecretStr("k")
    assert copy.client.max_retries == 5
    assert copy.source_of("client.max_retries") == "defaults"
    assert settings.flows.default_retries == 0


def test_copies_keep_what_was_set_and_see_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://old/api")
    settings = Settings()
    monkeypatch.setenv("PREFECT_API_URL", "http://new/api")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "7")
    copy = settings.copy_with_update()
    assert (copy.api.url, copy.client.max_retries) == ("http://old/api", 7)


def test_none_is_a_value_but_lets_derived_settings_be_derived(configure: Configure) -> None:
    settings = configure(PREFECT_API_URL="http://env/api", PREFECT_UI_URL="http://ui")
    copy = settings.copy_with_update({"api.url": None, "ui_url": None})
    assert (copy.api.url, copy.ui_url) == (None, None)
    assert settings.copy_with_update({"ui_url": None}).ui_url == "http://env"


def test_the_environment_of_a_child_reads_as_the_same_settings(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        api={"url": "http://x/api", "key": "hush"},
        client={"retry_extra_codes": "429,503", "custom_headers": {"A": 'b "c"'}},
        server={"services": {"late_runs": {"after_seconds": "PT1.5S"}, "db_vacuum": {"enabled": True}}},
        tasks={"default_retry_delay_seconds": "1,2.5"},
        plugins={"allow": "b,a"},
        logging={"extra_loggers": "x"},
    )
    variables = settings.to_environment_variables()
    assert variables["PREFECT_API_KEY"] == "hush"
    assert variables["PREFECT_UI_URL"] == "http://x"
    assert "PREFECT_API_AUTH_STRING" not in variables
    assert configure(**variables) == settings


def test_environment_variables_can_leave_out_and_mask_and_repeat() -> None:
    settings = Settings(api={"key": "hush"}, flows={"default_retries": 2})
    variables = settings.to_environment_variables(exclude_unset=True, include_secrets=False, include_aliases=True)
    assert variables == {
        "PREFECT_HOME": str(settings.home),
        "PREFECT_API_KEY": "********",
        "PREFECT_FLOWS_DEFAULT_RETRIES": "2",
        "PREFECT_FLOW_DEFAULT_RETRIES": "2",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "True",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "True",
    }
    assert settings.flows.to_environment_variables(exclude_unset=True) == {"PREFECT_FLOWS_DEFAULT_RETRIES": "2"}


def test_equal_settings_share_their_key_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(api={"key": "a", "url": None})
    assert settings.hash_key() == Settings(api={"key": "a", "url": None}).hash_key() == settings.hash_key()
    others = [
        Settings(),
        Settings(api={"key": "b", "url": None}),
        Settings(api={"key": SecretStr("c"), "url": None}),
        Settings(api={"key": "a", "url": ""}),
        Settings(debug_mode=True),
    ]
    assert len({other.hash_key() for other in [settings, *others]}) == 6
    monkeypatch.delenv("PREFECT_HOME")
    monkeypatch.setenv("HOME", "/one")
    first = Settings().hash_key()
    monkeypatch.setenv("HOME", "/two")
    assert Settings().hash_key() != first


def test_settings_travel_to_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(api={"url": "http://x/api", "key": "hush"})
    sent = pickle.dumps(settings)
    monkeypatch.setenv("PREFECT_API_URL", "http://other/api")
    received = pickle.loads(sent)
    assert received == settings
    assert received.source_of("api.url") == "code"
    assert received.raw_profile.name == "ephemeral"


def test_prefixes() -> None:
    settings = get_current_settings()
    assert canonical_environment_prefix(settings) == "PREFECT_"
    assert canonical_environment_prefix(settings.server.services.late_runs) == "PREFECT_SERVER_SERVICES_LATE_RUNS_"


def test_a_log_message_must_fit_into_a_batch() -> None:
    with pytest.raises(InvalidSettings, match=r"MAX_LOG_SIZE \(5\) must not be larger than .*BATCH_SIZE \(1\)"):
        Settings(logging={"to_api": {"max_log_size": 5, "batch_size": 1}})
    with pytest.raises(InvalidSettings, match="BATCH_SIZE"):
        Settings(logging={"to_api": {"batch_size": 1}})


def test_connected_to_cloud() -> None:
    assert not get_current_settings().connected_to_cloud
    assert not Settings(api={"url": "http://x/api"}).connected_to_cloud
    assert Settings(api={"url": "https://api.prefect.cloud/api/accounts/a/workspaces/b"}).connected_to_cloud


def test_an_unused_database_password_is_warned_about() -> None:
    database = {"password": "p", "connection_url": "postgresql://u@h/d"}
    with pytest.warns(UserWarning, match="PASSWORD is set, but"):
        Settings(server={"database": database}).emit_warnings()
    Settings(server={"database": {"password": "p"}}).emit_warnings()
    Settings(server={"database": {**database, "connection_url": None}}).emit_warnings()
    url = "postgresql://u:$PREFECT_SERVER_DATABASE_PASSWORD@h/d"
    Settings(server={"database": {**database, "connection_url": url}}).emit_warnings()
