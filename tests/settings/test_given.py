"""A value's place, found again in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from prefect.settings.given import CODE, ENVIRONMENT, PREFECT_TOML, Given, line_of

TOML = """active = "mine"

[profiles.mine]
PREFECT_API_URL = "x"
[profiles."two words"]
PREFECT_API_URL="y"
[server.api]
port = 1
[server]
"ui" . "enabled" = true
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("profiles.mine.PREFECT_API_URL", 4),
        ("server.api.port", 8),
        ("server.ui.enabled", 10),
        ("server.api.host", None),
    ],
)
def test_lines_of_toml(tmp_path: Path, key: str, line: int | None) -> None:
    file = tmp_path / "x.toml"
    file.write_text(TOML)
    assert line_of(str(file), key) == line


def test_lines_of_dotenv(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\nexport PREFECT_API_URL=x\n")
    assert line_of(str(file), "PREFECT_API_URL") == 2


def test_a_file_that_went_away_has_no_lines(tmp_path: Path) -> None:
    assert line_of(str(tmp_path / "gone"), "x") is None


def test_places(tmp_path: Path) -> None:
    assert Given(1, ENVIRONMENT, key="prefect_home").place == "environment variable prefect_home"
    assert Given(1, CODE).place == "code"
    assert Given(1, PREFECT_TOML, key="x", file="prefect.toml").place == "prefect.toml"
    (tmp_path / "p.toml").write_text("[profiles.a]\nPREFECT_HOME = 1\n")
    given = Given(1, "profile 'a'", key="profiles.a.PREFECT_HOME", file=str(tmp_path / "p.toml"))
    assert given.place == f"profile 'a', {tmp_path}/p.toml:2"
