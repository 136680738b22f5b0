"""Variables: set, read, removed; names and values that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from prefect import flow, task
from prefect.testing.utilities import prefect_test_harness
from prefect.variables import Variable


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


@pytest.mark.parametrize("value", ["text", 5, 1.5, True, None, [1, "a"], {"a": {"b": 1}}])
def test_values_come_back(value: Any) -> None:
    Variable.set("value", value, overwrite=True)
    assert Variable.get("value") == value


def test_what_setting_returns() -> None:
    assert Variable.set("made", 1, tags=["t"]) == Variable(name="made", value=1, tags=["t"])
    assert repr(Variable.set("made", 2, overwrite=True)) == "Variable(name='made', value=2, tags=[])"


def test_missing() -> None:
    assert Variable.get("missing") is None
    assert Variable.get("missing", default=5) == 5


def test_a_second_one_needs_permission() -> None:
    Variable.set("twice", 1)
    with pytest.raises(ValueError, match="Variable 'twice' already exists"):
        Variable.set("twice", 2)
    assert Variable.get("twice") == 1


def test_unset() -> None:
    Variable.set("gone", 1)
    assert (Variable.unset("gone"), Variable.get("gone"), Variable.unset("gone")) == (True, None, False)


@pytest.mark.parametrize("name", ["UPPER", "with space", "ümlaut", "a" * 256])
def test_names_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Variable name"):
        Variable.set(name, 1)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", {"a": object()}, "x" * 5000])
def test_values_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="Variable value") as caught:
        Variable.set("refused", value)
    assert type(caught.value).__name__ == "ValidationError"


def test_within_runs() -> None:
    @task
    def work() -> Any:
        return Variable.get("within")

    @flow
    def main() -> Any:
        Variable.set("within", [1], overwrite=True)
        return work()

    assert main() == [1]


async def test_asynchronously() -> None:
    await Variable.aset("async", 1)
    assert await Variable.aget("async") == 1
    awaitable: Any = Variable.get("async")
    assert await awaitable == 1
    assert await Variable.aunset("async") is True


async def test_a_sync_task_of_an_async_flow_blocks() -> None:
    @task
    def work() -> Any:
        Variable.set("blocking", 1, overwrite=True)
        return Variable.get("blocking")

    @flow
    async def main() -> Any:
        return work()

    assert await main() == 1
