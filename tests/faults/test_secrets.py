"""Secrets are planted in a careless pipeline and looked for wherever it left anything."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from prefect.cli.app import run as prefect
from prefect.settings import temporary_settings
from tests.faults.processes import run

CANARIES = ["canary/'one\"\\1", "canary-two-2", "canary-three-3", "canary-four-4", "canary-five-5"]
"""Of a model, of a parameter, of a URL, of a setting, of a parameter beside one that is not valid."""


class Told:
    """A careless pipeline that has run and failed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.output = self.run("begin")
        self.run_id = self.output.partition("\nrun ")[2].split()[0]

    def run(self, *arguments: str, **more: str) -> str:
        surroundings = {"CANARIES": json.dumps(CANARIES), "PREFECT_API_KEY": CANARIES[3], **more}
        surroundings["PREFECT_LOGGING_EXTRA_LOGGERS"] = "careless"
        code, output = run("telltale", *arguments, home=self.home, **surroundings)
        assert code == 0, output
        return output

    def leaks(self) -> dict[str, list[str]]:
        """Canaries by the place that gives them away: the output, and every file of the home."""
        places = {"output": self.output.encode()}
        places |= {str(path): path.read_bytes() for path in self.home.rglob("*") if path.is_file()}
        found = {name: [canary for canary in CANARIES if _is_in(canary, content)] for name, content in places.items()}
        return {name: canaries for name, canaries in found.items() if canaries}


def _is_in(canary: str, content: bytes) -> bool:
    return any(form.encode() in content for form in (canary, repr(canary)[1:-1], json.dumps(canary)[1:-1]))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("telltale") / "home")


def test_none_is_found_anywhere(told: Told) -> None:
    assert told.leaks() == {}
    assert told.output.count("********") > 10


def test_nobody_is_looked_up_beyond_this_machine(told: Told) -> None:
    assert "looked up []" in told.output


def test_only_the_owner_reads_the_home(told: Told) -> None:
    assert stat.S_IMODE(told.home.stat().st_mode) == 0o700
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in told.home.rglob("*")}
    assert {path for path, mode in modes.items() if mode & 0o077} == set()


def test_a_run_is_resumed_with_the_secrets_it_was_given(told: Told) -> None:
    told.output = told.run("resume", told.run_id, MENDED="1")
    assert "same" in told.output
    assert told.leaks() == {}


def test_without_the_key_a_secret_parameter_is_not_had_again(told: Told) -> None:
    key = told.home / "results.key"
    kept = key.read_bytes()
    key.write_bytes(os.urandom(32))
    try:
        with pytest.raises(AssertionError, match="results.key"):
            told.run("resume", told.run_id)
    finally:
        key.write_bytes(kept)


def test_setting_a_secret_does_not_show_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    with temporary_settings({"PREFECT_HOME": home}):
        for words in (f"config set PREFECT_API_KEY={CANARIES[3]}", "config view", "profile inspect"):
            assert prefect(words.split()) == 0
    shown = capsys.readouterr()
    assert CANARIES[3] not in shown.out + shown.err
    assert CANARIES[3] in (home / "profiles.toml").read_text()
    assert stat.S_IMODE((home / "profiles.toml").stat().st_mode) == 0o600
