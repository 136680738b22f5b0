"""Headrace does what Prefect 3.8.8 was observed to do, case by case, but for the listed differences."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tests.compat.cases  # noqa: F401 - fills CASES
from prefect.testing.utilities import prefect_test_harness
from tests.compat.comparison import differing, placed
from tests.compat.differences import DIFFERENCES, Difference
from tests.compat.support import CASES, observe

OBSERVED: dict[str, Any] = json.loads(Path(__file__).with_name("observed.json").read_text(encoding="utf-8"))

# Programs of users leave generators, coroutines and files to the garbage collector; not what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", autouse=True)
def hermetic_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One temporary home and record for all cases."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("home")))
        with prefect_test_harness():
            yield
    gc.collect()  # here, where its warnings are ignored, and not in the middle of somebody else's test


@pytest.mark.parametrize("name", sorted(CASES))
def test_case_gives_what_was_observed(name: str) -> None:
    """The observation is Prefect's, with the deliberate differences put in."""
    expected = OBSERVED[name]
    for difference in _differences_of(name):
        expected = placed(expected, difference.where, difference.ours)
    assert list(differing(expected, observe(CASES[name].run()))) == []


def test_every_case_was_observed_and_nothing_else() -> None:
    """`observed.json` and the corpus name the same cases: record again after adding one."""
    assert set(OBSERVED) == set(CASES)


def test_no_case_failed_while_recording() -> None:
    """A case that could not run says nothing about behaviour."""
    failed = [name for name, seen in OBSERVED.items() if isinstance(seen, dict) and "the case itself failed" in seen]
    assert failed == []


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: f"{each.case}{each.where}")
def test_each_difference_is_real_and_has_a_reason(difference: Difference) -> None:
    """An entry names a known case, gives a reason, and changes what Prefect was observed to do."""
    assert difference.case in CASES
    assert len(difference.reason) > 20
    assert placed(OBSERVED[difference.case], difference.where, difference.ours) != OBSERVED[difference.case]


def _differences_of(name: str) -> list[Difference]:
    return [difference for difference in DIFFERENCES if difference.case == name]
