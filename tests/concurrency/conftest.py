"""A record of its own for every test of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield
