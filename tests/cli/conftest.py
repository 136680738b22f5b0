"""A home of its own for each test, and the command run in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prefect.cli.app import run
from prefect.connect import close_all, embedded_backend
from prefect.settings import temporary_settings


@dataclass
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Prefect = Callable[..., Said]


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "home"
    with temporary_settings({"PREFECT_HOME": path}):
        yield path
        close_all()


@pytest.fixture
def prefect(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Prefect:
    """Runs the command in this process and returns exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> Said:
        embedded_backend().flush()
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


def eventually(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """The first true value of the condition; fails after a while."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)
    return value
