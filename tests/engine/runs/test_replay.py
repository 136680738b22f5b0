"""What a resumed run takes from the record, and what it does again."""

from __future__ import annotations

import time
from typing import Any

import pytest

from prefect import State, flow, task
from prefect.context import TaskRunContext
from prefect.testing.utilities import prefect_test_harness


def run_and_resume(broken: list[bool], body: Any) -> Any:
    """Run a flow that fails at its end, mend it, and resume that very run."""
    main = flow(body, name="main")
    with prefect_test_harness():
        failed: State[Any] = main(return_state=True)
        assert failed.is_failed()
        broken.clear()
        return main.resume(failed.state_details.flow_run_id)


def test_finished_calls_are_not_made_again() -> None:
    calls: list[int] = []
    broken = [True]

    @task
    def work(number: int) -> bytes:
        calls.append(number)
        return b"x" * 10**number

    def body() -> list[int]:
        sizes = [len(work(number)) for number in range(6)]
        if broken:
            raise RuntimeError("broken")
        return sizes

    assert run_and_resume(broken, body) == [1, 10, 100, 1_000, 10_000, 100_000]
    assert calls == [0, 1, 2, 3, 4, 5]


def test_results_that_are_to_be_written_nowhere_are_made_again() -> None:
    calls: list[str] = []
    broken = [True]

    @task(persist_result=False)
    def secret() -> str:
        calls.append("secret")
        return "s"

    @task
    def plain() -> str:
        calls.append("plain")
        return "p"

    def body() -> str:
        text = secret() + plain()
        if broken:
            raise RuntimeError("broken")
        return text

    assert run_and_resume(broken, body) == "sp"
    assert calls == ["secret", "plain", "secret"]


def test_equal_siblings_keep_their_own_results() -> None:
    calls: list[int] = []
    broken = [True]

    @task
    def count(_same: str) -> int:
        calls.append(len(calls))
        return calls[-1]

    def body() -> list[int]:
        numbers = [count("same"), count("same"), count("other")]
        if broken:
            raise RuntimeError("broken")
        return numbers

    assert run_and_resume(broken, body) == [0, 1, 2]
    assert calls == [0, 1, 2]


def test_a_parameter_that_json_cannot_hold_comes_back_as_it_was() -> None:
    broken = [True]
    seen: list[object] = []

    def body(things: object = frozenset({1, 2})) -> bool:
        seen.append(things)
        if broken:
            raise RuntimeError("broken")
        return isinstance(things, frozenset)

    assert run_and_resume(broken, body) is True
    assert seen == [frozenset({1, 2}), frozenset({1, 2})]


@pytest.mark.parametrize("kind", ["set", "dict", "tuple"])
def test_calls_are_told_apart_by_content_not_by_identity(kind: str) -> None:
    made: dict[str, Any] = {"set": {"b", "a"}, "dict": {"k": [1, {"n": None}]}, "tuple": (1, (2, "x"))}
    calls: list[Any] = []
    broken = [True]

    @task
    def look(value: Any) -> str:
        calls.append(value)
        return kind

    def body() -> str:
        found = look(made[kind])
        if broken:
            raise RuntimeError("broken")
        return found

    assert run_and_resume(broken, body) == kind
    assert len(calls) == 1


def test_a_call_made_again_goes_on_with_its_times() -> None:
    broken = [True]
    seen: list[tuple[Any, Any, float]] = []

    @task
    def work() -> None:
        context = TaskRunContext.get()
        assert context is not None
        run = context.task_run
        seen.append((run.id, run.start_time, run.total_run_time.total_seconds()))
        time.sleep(0.02)
        if broken:
            raise RuntimeError("broken")

    run_and_resume(broken, lambda: work())
    (first_id, first_start, nothing), (again_id, again_start, spent) = seen
    assert (first_id, first_start) == (again_id, again_start)
    assert nothing == 0
    assert spent >= 0.02
