"""Options of flows and tasks that make no sense are refused where they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from prefect import flow, task
from prefect.exceptions import Abort
from prefect.filesystems import LocalFileSystem
from prefect.serializers import JSONSerializer


@pytest.mark.parametrize("delay", ["3", {}, [1, "x"], lambda retries: "3", b"3"])
def test_retry_delays_of_wrong_kinds(delay: Any) -> None:
    with pytest.raises(TypeError, match="retry_delay_seconds must be a number, a list of numbers"):
        task(retries=1, retry_delay_seconds=delay)(lambda: 1)


@pytest.mark.parametrize("delay", [-1, [1, -0.5], float("nan"), float("inf"), lambda retries: [-1]])
def test_retry_delays_that_cannot_be_waited_for(delay: Any) -> None:
    with pytest.raises(ValueError, match="retry_delay_seconds must be 0 or more"):
        task(retries=1, retry_delay_seconds=delay)(lambda: 1)


def test_a_flow_has_one_retry_delay() -> None:
    with pytest.raises(TypeError, match=r"retry_delay_seconds must be a number, not \[1, 2\]"):
        flow(retries=1, retry_delay_seconds=[1, 2])(lambda: 1)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="retry_delay_seconds must be 0 or more"):
        flow(retries=1, retry_delay_seconds=-1)(lambda: 1)
    assert flow(retries=1, retry_delay_seconds=0.5)(lambda: 1).retry_delay_seconds == 0.5


@pytest.mark.parametrize("decorate", [flow, task])
def test_results_need_a_storage_and_a_serializer(decorate: Any) -> None:
    with pytest.raises(TypeError, match="result_storage must be a file system"):
        decorate(result_storage=5)(lambda: 1)
    with pytest.raises(TypeError, match="result_serializer must be a serializer"):
        decorate(result_serializer=5)(lambda: 1)
    for storage in (None, "local-file-system/results", uuid4(), Path("results"), LocalFileSystem()):
        assert decorate(result_storage=storage)(lambda: 1).result_storage is storage
    for serializer in (None, "json", JSONSerializer()):
        assert decorate(result_serializer=serializer)(lambda: 1).result_serializer is serializer


@pytest.mark.parametrize(("error", "hooks"), [(Abort("by hand"), 0), (SystemExit(2), 1)])
def test_a_flow_that_aborts_has_not_crashed(error: BaseException, hooks: int) -> None:
    called: list[str] = []

    @flow(on_crashed=[lambda *given: called.append(given[2].name)])
    def main() -> None:
        raise error

    with pytest.raises(type(error)):
        main()
    assert called == ["Crashed"] * hooks
