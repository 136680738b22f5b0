from __future__ import annotations

from typing import Any

import pytest

from prefect.core.lifecycle.outcome import (
    HeldResult,
    KeptResult,
    StoredResult,
    exception_of,
    unwrap,
    value_of,
)
from prefect.core.lifecycle.states import State
from prefect.exceptions import CancelledRun, CrashedRun, FailedRun, MissingResult, PausedRun, UnfinishedRun


class Gone(KeptResult):
    def get(self) -> Any:
        raise MissingResult("gone")


def _state(type: str, data: Any = None, message: str | None = None) -> State[Any]:
    return State(type, message=message, data=data)


def test_the_value_of_a_completed_run() -> None:
    assert value_of(_state("COMPLETED", HeldResult(None)), True) is None
    assert value_of(_state("COMPLETED", HeldResult(5)), True) == 5
    assert value_of(_state("COMPLETED", 5), True) == 5


def test_nothing_kept_is_not_a_kept_none() -> None:
    with pytest.raises(MissingResult, match="State data is missing"):
        value_of(_state("COMPLETED"), True)


@pytest.mark.parametrize(
    ("type", "error", "default"),
    [
        ("FAILED", FailedRun, "Run failed."),
        ("CRASHED", CrashedRun, "Run crashed."),
        ("CANCELLED", CancelledRun, "Run cancelled."),
    ],
)
def test_what_a_failed_state_stands_for(type: str, error: type[Exception], default: str) -> None:
    own = ValueError("boom")
    assert exception_of(_state(type, own)) is own
    assert exception_of(_state(type, HeldResult(own))) is own
    cases = (
        (None, None, default),
        (None, "why", "why"),
        ("text", "why", "text"),
        (Gone(), "why", "why"),
        ([], "why", "why"),
    )
    for data, message, said in cases:
        made = exception_of(_state(type, data, message))
        assert (made.__class__, str(made)) == (error, said)
        with pytest.raises(error, match=said):
            value_of(_state(type, data, message), True)
    assert isinstance(value_of(_state(type), False), error)
    assert value_of(_state(type, HeldResult(own)), False) is own


def test_the_first_failure_among_states_counts() -> None:
    own = KeyError("inner")
    failed = _state("FAILED", own)
    assert exception_of(_state("FAILED", failed)) is own
    assert exception_of(_state("FAILED", [_state("COMPLETED", 1), failed])) is own
    assert isinstance(exception_of(_state("FAILED", [_state("COMPLETED", 1)])), FailedRun)
    with pytest.raises(TypeError, match="dict cannot be resolved into an exception"):
        exception_of(_state("FAILED", {"a": failed}))


def test_only_failures_have_exceptions() -> None:
    with pytest.raises(ValueError, match="Expected failed or crashed state got"):
        exception_of(_state("COMPLETED", 1))


def test_unfinished_and_paused() -> None:
    with pytest.raises(UnfinishedRun, match="Run is in RUNNING state, its result is not available"):
        value_of(_state("RUNNING"), False)
    with pytest.raises(PausedRun):
        value_of(_state("PAUSED"), True)
    assert value_of(_state("PAUSED", 3), False) == 3


def test_held_results() -> None:
    assert HeldResult(1) == HeldResult(1)
    assert HeldResult(1) != HeldResult(2)
    assert HeldResult(1) != 1
    assert repr(HeldResult("x")) == "'x'"
    assert unwrap(HeldResult(1)) == unwrap(1) == 1


def test_a_reference_that_is_none_leads_to_no_result() -> None:
    with pytest.raises(MissingResult, match="State data is missing"):
        _state("COMPLETED", StoredResult("nowhere")).result()
