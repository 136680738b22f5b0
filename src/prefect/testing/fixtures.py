"""Pytest fixtures: `from prefect.testing.fixtures import *` in a `conftest.py`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prefect.testing.utilities import prefect_test_harness

__all__ = ["prefect_db"]


@pytest.fixture
def prefect_db() -> Iterator[None]:
    """An empty record for one test."""
    with prefect_test_harness():
        yield
