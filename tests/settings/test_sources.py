"""Which source wins, and what sources may hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prefect.settings import InvalidSettings, Settings, get_current_settings, refresh_global_settings_context
from prefect.settings.given import ENVIRONMENT, Given
from prefect.settings.sources import profiles_path
from tests.settings.conftest import Configure

pytestmark = pytest.mark.usefixtures("home")

URL = "PREFECT_API_URL"


def test_each_source_wins_over_those_below(
    profiles_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> tuple[str | None, str]:
        settings = Settings()
        return settings.api.url, settings.source_of(URL)

    assert read() == (None, "defaults")
    profiles_file('active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://profile/api"')
    assert read() == ("http://profile/api", "profile 'mine'")
    Path("pyproject.toml").write_text("[tool.prefect.api]\nurl = 'http://pyproject/api'")
    assert read() == ("http://pyproject/api", "pyproject.toml")
    Path("prefect.toml").write_text("[api]\nurl = 'http://toml/api'")
    assert read() == ("http://toml/api", "prefect.toml")
    Path(".env").write_text("PREFECT_API_URL=http://dotenv/api")
    assert read() == ("http://dotenv/api", ".env file")
    monkeypatch.setenv(URL, "http://env/api")
    assert read() == ("http://env/api", "env")
    settings = Settings(api={"url": "http://code/api"})
    assert (settings.api.url, settings.source_of(URL)) == ("http://code/api", "code")


def test_environment_names_are_read_in_any_case_and_in_their_former_spelling(configure: Configure) -> None:
    settings = configure(prefect_api_url="http://lower/api", PREFECT_LOCAL_STORAGE_PATH="/former")
    assert settings.api.url == "http://lower/api"
    assert settings.results.local_storage_path == Path("/former")


def test_the_proper_name_wins_over_the_former_and_the_exact_case_over_others(configure: Configure) -> None:
    settings = configure(
        PREFECT_FLOW_DEFAULT_RETRIES="1",
        PREFECT_FLOWS_DEFAULT_RETRIES="2",
        PREFECT_API_URL="http://upper/api",
        prefect_api_url="http://lower/api",
    )
    assert settings.flows.default_retries == 2
    assert settings.api.url == "http://upper/api"


def test_an_empty_variable_is_a_value(configure: Configure) -> None:
    assert configure(PREFECT_API_URL="").api.url == ""


def test_unknown_variables_are_nobodys_business(configure: Configure) -> None:
    configure(PREFECT_SOMETHING_ELSE="1")


def test_toml_holds_native_types_and_tables(configure: Configure) -> None:
    Path("prefect.toml").write_text(
        "debug_mode = true\n[client]\nretry_extra_codes = [429, 503]\n[client.custom_headers]\nA = 'b'\n"
        "[server.services.late_runs]\nafter_seconds = 30\n"
    )
    settings = configure()
    assert settings.logging.level == "DEBUG"
    assert settings.client.retry_extra_codes == {429, 503}
    assert settings.client.custom_headers == {"A": "b"}
    assert settings.server.services.late_runs.after_seconds.total_seconds() == 30


def test_unknown_names_in_toml_are_warned_about_once() -> None:
    Path("prefect.toml").write_text("[api]\nulr = 'x'\n")
    with pytest.warns(UserWarning, match=r"'api\.ulr' in prefect\.toml is not recognized") as caught:
        _ = [Settings(), Settings()]
    assert len(caught) == 1


def test_files_of_other_projects_are_left_alone() -> None:
    Path("pyproject.toml").write_text("[project]\nname = 'x'\n[tool.ruff]\nline-length = 1\n")
    Path(".env").mkdir()
    assert Settings().model_fields_set == {"home", "server"}


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        (".env", "A=1\nPREFECT_CLIENT_MAX_RETRIES=abc\n", ".env:2"),
        ("prefect.toml", "[client]\nmax_retries = 'abc'\n", "prefect.toml:2"),
        ("pyproject.toml", "[tool.prefect]\nclient.max_retries = 'abc'\n", "pyproject.toml:2"),
    ],
)
def test_a_bad_value_in_a_file_is_told_with_its_line(file: str, text: str, place: str) -> None:
    Path(file).write_text(text)
    with pytest.raises(InvalidSettings) as caught:
        Settings()
    assert str(caught.value) == (
        f"PREFECT_CLIENT_MAX_RETRIES='abc' from {place} is not valid: expected a whole number, 0 or more."
    )


def test_all_bad_values_are_told_at_once_with_secrets_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_FLOW_DEFAULT_RETRIES", "-1")
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "mysql://me:hush@host/db")
    with pytest.raises(ValueError, match="is not valid") as caught:
        Settings()
    retries, url = str(caught.value).splitlines()
    assert retries.startswith(
        "PREFECT_FLOWS_DEFAULT_RETRIES='-1' from environment variable PREFECT_FLOW_DEFAULT_RETRIES"
    )
    assert url.startswith("PREFECT_SERVER_DATABASE_CONNECTION_URL=******** from environment variable")
    assert "hush" not in str(caught.value)


def test_where_profiles_are() -> None:
    assert profiles_path({}) == Path.home() / ".prefect" / "profiles.toml"
    home = Given("~/h", ENVIRONMENT)
    assert profiles_path({"home": home}) == Path.home() / "h" / "profiles.toml"
    path = Given("$PREFECT_HOME/p.toml", ENVIRONMENT)
    assert profiles_path({"home": home, "profiles_path": path}) == Path.home() / "h" / "p.toml"


def test_a_deleted_working_directory_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    refresh_global_settings_context()
    assert get_current_settings().api.url is None


HEAVY = ("pydantic", "tomllib", "asyncio", "dataclasses", "inspect", "logging", "json", "sqlalchemy", "httpx")


def test_importing_and_reading_settings_loads_nothing_heavy() -> None:
    program = (
        "import sys; before = set(sys.modules); import prefect.settings; "
        "prefect.settings.get_current_settings().api.url; "
        f"print(sorted(set({HEAVY}) & (set(sys.modules) - before)))"
    )
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
