"""The short form of `python -m tests.faults.kill9`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.kill9 import Story


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_flow_killed_again_and_again_completes_and_repeats_nothing(tmp_path: Path, seed: int) -> None:
    story = Story(tmp_path / "home", random.Random(seed))
    story.until_completed(5)
    assert story.kills >= 1
