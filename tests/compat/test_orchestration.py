"""The API decides on proposed states as Prefect's server was observed to, case by case, but for the listed differences."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.compat.comparison import differing
from tests.compat.orchestration import observe_all, observed
from tests.compat.orchestration_cases import Case, Json, cases
from tests.server.support import new_database, opened, serving, sqlite_url

AT_ONCE = 48
SAMPLE = 9
"""Of how many cases one is compared on PostgreSQL."""


@dataclass(frozen=True)
class Difference:
    """What is decided otherwise, on purpose."""

    cases: str
    """Pattern of the names of the cases."""

    reason: str
    ours: Callable[[Json], Json]
    """From what was observed of Prefect to what is expected of ours."""


def _unchanged(seen: Json) -> Json:
    """A transition that was made is not made again."""
    reason = "This run has already made this state transition."
    return {"code": 200, "status": "REJECT", "details": {"type": "reject_details", "reason": reason}}


def _not_resuming(seen: Json) -> Json:
    """Without the note, in the run's policy, that it goes on."""
    if seen["status"] != "REJECT" or seen["code"] != 200:
        return seen
    policy = {name: value for name, value in seen["run"].get("policy", {}).items() if name != "resuming"}
    run = {name: value for name, value in seen["run"].items() if name != "policy"}
    return {**seen, "run": {**run, **({"policy": policy} if policy else {})}}


DIFFERENCES = (
    Difference(
        r"^task: .*, asked again$",
        "A client that lost an answer asks again with the same transition id. For flow runs Prefect's server knows that;"
        " of task runs it counts another try. Ours knows it for both.",
        _unchanged,
    ),
    Difference(
        r"^flow.*: (paused|suspended).* > ",
        "A refused proposal changes nothing; Prefect's server notes that the run goes on even when it refuses that.",
        _not_resuming,
    ),
)


def expected(case: Case, seen: Json) -> Json:
    """What ours is to do: as observed, with the differences put in."""
    for difference in DIFFERENCES:
        if re.search(difference.cases, case.name):
            return difference.ours(seen)
    return seen


async def _compare(url: str, home: Path, wanted: Sequence[Case]) -> dict[str, Sequence[object]]:
    store, known = opened(url), observed()
    try:
        async with serving(store, home, services=False) as client:
            seen = await observe_all(client, wanted, AT_ONCE)
    finally:
        store.close()
    found = {case.name: list(differing(*_compared(case, known[case.name], seen[case.name]))) for case in wanted}
    return {name: places for name, places in found.items() if places}


def _compared(case: Case, theirs: Json, ours: Json) -> tuple[Json, Json]:
    """Both, as far as the expectation goes."""
    wanted = expected(case, theirs)
    return wanted, {name: value for name, value in ours.items() if name in wanted}


@pytest.mark.slow
async def test_every_case_on_sqlite(tmp_path: Path) -> None:
    assert await _compare(sqlite_url(tmp_path), tmp_path, cases()) == {}


@pytest.mark.postgres
async def test_a_sample_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    assert await _compare(new_database(postgres_url), tmp_path, cases()[::SAMPLE]) == {}


def test_every_case_was_observed_and_nothing_else() -> None:
    assert set(observed()) == {case.name for case in cases()}


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each.cases)
def test_each_difference_is_real(difference: Difference) -> None:
    known = observed()
    named = [case for case in cases() if re.search(difference.cases, case.name)]
    assert any(difference.ours(known[case.name]) != known[case.name] for case in named)
    assert len(difference.reason) > 20
