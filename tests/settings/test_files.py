"""Files are read when they change, written in one step, and complained about clearly."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from prefect.exceptions import ConfigurationError
from prefect.settings.errors import InvalidSettings
from prefect.settings.files import (
    parse_dotenv,
    parse_pyproject,
    parse_toml,
    private_directory,
    read_file,
    warn_once,
    write_private,
)


def test_a_missing_file_and_a_directory_hold_nothing(tmp_path: Path) -> None:
    assert read_file(tmp_path / "x", parse_toml) == {}
    assert read_file(tmp_path, parse_dotenv) == {}


def test_a_file_is_parsed_again_only_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("a = 1")
    first = read_file(file, parse_toml)
    assert first == {"a": 1}
    assert read_file(file, parse_toml) is first
    file.write_text("a = 12")
    assert read_file(file, parse_toml) == {"a": 12}


def test_invalid_toml_names_the_file_and_the_line(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("a = 1\nb = = 2\n")
    with pytest.raises(InvalidSettings, match=r"x\.toml' is not valid TOML: .*line 2"):
        read_file(file, parse_toml)
    file.write_bytes(b"\xff")
    with pytest.raises(InvalidSettings, match="not valid TOML"):
        read_file(file, parse_toml)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    link = tmp_path / "x.toml"
    link.symlink_to("/proc/self/mem")
    with pytest.raises(InvalidSettings, match=r"x\.toml' cannot be read"):
        read_file(link, parse_toml)


def test_pyproject_gives_only_its_own_table() -> None:
    assert parse_pyproject(b"[tool.prefect]\ndebug_mode = true", "p") == {"debug_mode": True}
    assert parse_pyproject(b"[tool]\nprefect = {debug_mode = true}", "p") == {"debug_mode": True}
    assert parse_pyproject(b"[tool.'prefect'.api]\nurl = 'x'", "p") == {"api": {"url": "x"}}
    assert parse_pyproject(b"[tool]\nprefect = 1", "p") == {}
    assert parse_pyproject(b"this is [no TOML but mentions prefect", "p") == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("export A = b ", "b"),
        ("  A=b # comment", "b"),
        ("A=b#c", "b#c"),
        ("A='b # c' # d", "b # c"),
        ('A="b\\n\\"c\\""', 'b\n"c"'),
        ("A=", ""),
        ("A=''", ""),
        ("A=a=b", "a=b"),
        ("A=${B}/x", "/x"),
        ("B=1\nA=${B}/x", "1/x"),
        ("B=1\nA='${B}'", "${B}"),
        ("A=http://x/api?y#z", "http://x/api?y#z"),
    ],
)
def test_dotenv_lines(line: str, value: str) -> None:
    assert parse_dotenv(line.encode(), ".env")["A"] == value


@pytest.mark.parametrize("line", ["# A=1", "", "A", "=b", "1A=b"])
def test_dotenv_lines_without_a_value(line: str) -> None:
    assert parse_dotenv(line.encode(), ".env") == {}


def test_dotenv_takes_the_environment_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B", "2")
    assert parse_dotenv(b"B=1\nA=${B}", ".env")["A"] == "2"


def test_written_files_are_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "x.toml"
    write_private(path, "a = 1\n")
    write_private(path, "a = 2\n")
    assert path.read_text() == "a = 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["x.toml"]


def test_writing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("old")
    link.symlink_to(real)
    write_private(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "x.toml"
    target.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"x\.toml' cannot be written"):
        write_private(target, "a")
    assert os.listdir(target.parent) == ["x.toml"]


def test_a_directory_that_cannot_be_made_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="Set PREFECT_HOME"):
        private_directory(tmp_path / "file" / "home")


def test_private_directory(tmp_path: Path) -> None:
    home = private_directory(tmp_path / "home")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert private_directory(home) == home


def test_a_warning_is_given_once(tmp_path: Path) -> None:
    def warn_twice() -> None:
        warn_once("once", str(tmp_path))
        warn_once("once", str(tmp_path))

    with pytest.warns(UserWarning, match="once") as caught:
        warn_twice()
    assert len(caught) == 1
