"""What is kept of tasks that fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prefect import State, flow, task
from prefect.cache_policies import INPUTS
from prefect.engine.results.filesystems import LocalFileSystem
from prefect.engine.results.records import ResultRecord
from prefect.engine.results.store import ResultStore
from prefect.engine.runners.processes import ProcessPoolTaskRunner
from tests.engine.runners.jobs import Odd


def final_state(work: Any, **options: Any) -> State[Any]:
    @flow(**options)
    def main() -> list[State[Any]]:
        return [work.submit(return_state=True)]

    state: State[Any] = main(return_state=True).result(raise_on_failure=False)[0]
    return state


def failing(storage: object, error: BaseException, calls: list[int]) -> Any:
    @task(persist_result=True, result_storage=storage, cache_policy=INPUTS)
    def work() -> None:
        calls.append(1)
        raise error

    return work


def test_the_exception_is_kept_and_no_cache_finds_it(tmp_path: Path) -> None:
    calls: list[int] = []
    work = failing(tmp_path, ValueError("broken"), calls)
    state = final_state(work)
    assert isinstance(state.data, ResultRecord)
    stored = ResultStore(result_storage=LocalFileSystem(basepath=str(tmp_path)), cache_result_in_memory=False)
    assert repr(stored.read(state.data.bound_key).result) == "ValueError('broken')"
    assert final_state(work).is_failed()
    assert len(calls) == 2


class FullDisk(LocalFileSystem):
    """A storage that can be read from and takes nothing."""

    def write_path(self, path: str, content: bytes) -> None:
        raise OSError(28, "No space left on device", path)


def test_a_storage_that_fails_does_not_hide_the_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = final_state(failing(FullDisk(basepath=str(tmp_path)), ValueError("broken"), []))
    assert state.is_failed()
    with pytest.raises(ValueError, match="broken"):
        state.result()
    assert "is not kept in result storage" in caplog.text


@task(persist_result=True)
def odd() -> None:
    raise Odd("a", "b")


def test_an_exception_from_another_process_that_only_lives_there() -> None:
    state = final_state(odd, task_runner=ProcessPoolTaskRunner(max_workers=1))
    assert state.is_failed()
    assert repr(state.result(raise_on_failure=False)) == "FailedRun('Odd: ab')"
