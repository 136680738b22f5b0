"""A record with a few runs in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prefect import flow, get_run_logger, task
from prefect.connect import close_all, embedded_backend
from prefect.settings import temporary_settings
from prefect.storage.aggregates.reading import Reading


@task
def add(number: int) -> int:
    get_run_logger().info("adding %d", number)
    return number + 1


@flow
def inner() -> None:
    return None


@flow
def sums() -> int:
    inner()
    return sum(add(number) for number in range(3))


@flow
def fails() -> None:
    raise ValueError("no")


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    with temporary_settings({"PREFECT_HOME": tmp_path / "home"}):
        sums()
        fails(return_state=True)
        embedded_backend().flush()
        door = Reading(embedded_backend().store)
        yield door
        door.close()
        close_all()
