from __future__ import annotations

import pytest

from prefect.core.lifecycle.rules.requests.lateness import mark_late_once
from tests.core.lifecycle.proposals import proposal, state

LATE = state("SCHEDULED", name="Late")


@pytest.mark.parametrize(
    ("current", "reason"),
    [
        ("PENDING", "Only scheduled flows can be marked late."),
        (LATE, "This flow run is already marked late."),
    ],
)
def test_late_is_what_waits_and_once(current: object, reason: str) -> None:
    verdict = mark_late_once(proposal(current, LATE))  # type: ignore[arg-type]
    assert verdict is not None
    assert verdict.reason == reason


@pytest.mark.parametrize("current", [None, "SCHEDULED"])
def test_what_waits_may_be_late(current: str | None) -> None:
    assert mark_late_once(proposal(current, LATE)) is None


def test_other_names_are_free() -> None:
    assert mark_late_once(proposal("PENDING", state("SCHEDULED", name="AwaitingRetry"))) is None
