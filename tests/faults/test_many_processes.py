"""The short form of `python -m tests.faults.many_processes`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.many_processes import crowd


@pytest.mark.slow
def test_many_processes_share_a_file(tmp_path: Path) -> None:
    crowd(tmp_path / "home", processes=8, tasks=100)
