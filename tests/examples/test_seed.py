"""The blocks people first write run unchanged."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from examples.seed.__main__ import run
from examples.seed.open_names import expensive_transform, namespace
from prefect.testing.utilities import prefect_test_harness
from tests.examples.commands import Terminal


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the blocks leave open, and a record of their own: a cache would outlive the test."""
    monkeypatch.chdir(tmp_path)
    found = namespace(tmp_path)
    with prefect_test_harness(), closing(found["engine"]):
        yield found


def loaded(names: dict[str, Any]) -> int:
    engine: sqlite3.Connection = names["engine"]
    return int(engine.execute("SELECT count(*) FROM transactions").fetchone()[0])


def test_hello(names: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run("hello", names)
    assert "Hello, World!" in capsys.readouterr().out


def test_basic_etl(names: dict[str, Any]) -> None:
    run("basic_etl", names)
    assert loaded(names) == 3
    amounts = names["engine"].execute("SELECT sum(amount) FROM transactions").fetchone()[0]
    assert amounts == pytest.approx(1039.45)


def test_complex_dependencies(names: dict[str, Any]) -> None:
    run("complex_dependencies", names)
    assert loaded(names) == 6


def test_error_handling_caches_the_costly_step(names: dict[str, Any]) -> None:
    calls: list[int] = []

    def counted(data: list[dict[str, Any]]) -> pd.DataFrame:
        calls.append(len(data))
        return expensive_transform(data)

    names["expensive_transform"] = counted
    run("error_handling", names)
    names["robust_etl"]()
    assert (calls, loaded(names)) == ([3], 9)
    assert names["requests"].asked == ["https://api.sage.com/transactions"] * 2


def test_error_handling_logs_and_raises(names: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    def broken(data: list[dict[str, Any]]) -> pd.DataFrame:
        raise ArithmeticError(f"{len(data)} transactions do not balance")

    names["expensive_transform"] = broken
    with caplog.at_level(logging.ERROR, "seed"), pytest.raises(ArithmeticError, match="do not balance"):
        run("error_handling", names)
    assert "ETL failed: 3 transactions do not balance" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("block", ["basic_etl", "complex_dependencies", "error_handling", "hello"])
def test_each_runs_as_a_command(block: str, tmp_path: Path) -> None:
    assert "Completed()" in Terminal(tmp_path).python("-m", "examples.seed", block)
