"""Settings as names that users import."""

from __future__ import annotations

import pickle

import pytest

import prefect.settings
from prefect.settings import (
    PREFECT_API_KEY,
    PREFECT_API_URL,
    PREFECT_CLI_COLORS,
    PREFECT_DEBUG_MODE,
    PREFECT_FLOW_DEFAULT_RETRIES,
    PREFECT_FLOWS_DEFAULT_RETRIES,
    PREFECT_HOME,
    PREFECT_SERVER_API_PORT,
    PREFECT_UI_URL,
    Settings,
    get_setting,
    temporary_settings,
)

pytestmark = pytest.mark.usefixtures("home")


def test_names_and_places() -> None:
    assert (PREFECT_API_URL.name, PREFECT_API_URL.accessor) == ("PREFECT_API_URL", "api.url")
    assert repr(PREFECT_API_URL) == "<PREFECT_API_URL: str | None>"
    assert PREFECT_API_KEY.help == "API key sent with each request to the API."
    assert PREFECT_API_KEY.is_secret
    assert not PREFECT_API_URL.is_secret


def test_values() -> None:
    with temporary_settings({PREFECT_API_URL: "http://x/api", PREFECT_API_KEY: "hush"}):
        assert PREFECT_API_URL.value() == "http://x/api"
        assert PREFECT_API_KEY.value() == "hush"
        assert PREFECT_UI_URL.value() == "http://x"
    assert PREFECT_API_URL.value() is None
    assert PREFECT_SERVER_API_PORT.value_from(Settings(server={"api": {"port": 1}})) == 1


def test_defaults() -> None:
    assert PREFECT_SERVER_API_PORT.default() == 4200
    assert PREFECT_UI_URL.default() is None
    assert PREFECT_HOME.default().name == ".prefect"


def test_a_setting_is_true_and_prints_as_its_value() -> None:
    assert bool(PREFECT_CLI_COLORS)
    assert not PREFECT_DEBUG_MODE
    assert f"{PREFECT_SERVER_API_PORT}" == "4200"
    with temporary_settings({PREFECT_DEBUG_MODE: True}):
        assert PREFECT_DEBUG_MODE


def test_names_of_one_setting_are_equal() -> None:
    assert PREFECT_FLOW_DEFAULT_RETRIES == PREFECT_FLOWS_DEFAULT_RETRIES
    assert PREFECT_FLOW_DEFAULT_RETRIES.name == "PREFECT_FLOW_DEFAULT_RETRIES"
    assert len({PREFECT_FLOW_DEFAULT_RETRIES, PREFECT_FLOWS_DEFAULT_RETRIES, PREFECT_HOME}) == 2
    assert PREFECT_HOME != PREFECT_API_URL
    assert PREFECT_HOME != "PREFECT_HOME"
    assert get_setting("api.url") == PREFECT_API_URL
    assert get_setting("api.url").name == "PREFECT_API_URL"


def test_a_setting_stays_itself() -> None:
    assert prefect.settings.PREFECT_HOME is PREFECT_HOME
    assert pickle.loads(pickle.dumps(PREFECT_FLOW_DEFAULT_RETRIES)) is PREFECT_FLOW_DEFAULT_RETRIES


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="PREFECT_NOPE is not a Prefect setting"):
        prefect.settings.PREFECT_NOPE
    with pytest.raises(ValueError, match="Unknown setting"):
        get_setting("PREFECT_NOPE")


def test_the_names_can_be_listed() -> None:
    assert {"PREFECT_HOME", "PREFECT_FLOW_DEFAULT_RETRIES", "Settings"} <= set(dir(prefect.settings))
    assert all(hasattr(prefect.settings, name) for name in prefect.settings.__all__)
