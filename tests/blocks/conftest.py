"""A record of its own for the tests of each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield
