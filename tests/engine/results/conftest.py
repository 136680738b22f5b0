"""A configuration with a key of its own, and a clock that tests may set."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from prefect.connect import engine_config
from prefect.engine.config import EngineConfig, provide_config
from prefect.engine.results.filesystems import LocalFileSystem
from prefect.engine.results.store import ResultStore
from prefect.engine.results.surroundings import surroundings
from prefect.utilities.records import evolve

KEY = b"k" * 32


class SettableClock:
    """Time stands still until it is moved; waiting is real."""

    def __init__(self) -> None:
        self.moment = 1_700_000_000_000_000

    def now(self) -> int:
        return self.moment

    def monotonic(self) -> float:
        return time.monotonic()

    def new_id(self) -> uuid.UUID:
        return uuid.uuid4()

    def random(self) -> float:
        return 0.5

    def advance(self, seconds: float) -> None:
        self.moment += int(seconds * 1_000_000)


@dataclass
class Installation:
    """What the code under test is configured with."""

    config: EngineConfig

    def change(self, **values: object) -> None:
        self.config = evolve(self.config, **values)


@pytest.fixture(autouse=True)
def installation(tmp_path: Path) -> Iterator[Installation]:
    home = tmp_path / "home"
    here = Installation(EngineConfig(home=home, results_storage_path=home / "storage", results_key=lambda: KEY))
    provide_config(lambda: here.config)
    yield here
    provide_config(engine_config)


@pytest.fixture(autouse=True)
def clock() -> Iterator[SettableClock]:
    before, settable = surroundings.clock, SettableClock()
    surroundings.clock = lambda: settable
    yield settable
    surroundings.clock = before


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "results"
    path.mkdir()
    return path


@pytest.fixture
def store(folder: Path) -> ResultStore:
    """A store that always reads from the disk."""
    return ResultStore(result_storage=LocalFileSystem(basepath=str(folder)), cache_result_in_memory=False)
