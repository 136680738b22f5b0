"""The harness: a record of its own, nothing of the user's touched."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from prefect import flow
from prefect.settings import get_current_settings, temporary_settings
from prefect.testing.utilities import prefect_test_harness


@flow(persist_result=False)
def give() -> int:
    return 1


def test_nothing_of_the_users_is_touched(tmp_path: Path) -> None:
    with temporary_settings({"PREFECT_HOME": tmp_path / "home", "PREFECT_API_URL": "http://example.org/api"}):
        with prefect_test_harness(server_startup_timeout=1):
            home = Path(get_current_settings().home)
            assert get_current_settings().api.url is None
            assert give() == 1
            thread = threading.Thread(target=give)
            thread.start()
            thread.join()
            assert (home / "prefect.db").exists()
        assert Path(get_current_settings().home) == tmp_path / "home"
    assert not home.exists()
    assert not (tmp_path / "home").exists()


def test_it_is_quick() -> None:
    with prefect_test_harness():
        give()
    began = time.perf_counter()
    with prefect_test_harness():
        give()
    assert time.perf_counter() - began < 0.5


def test_it_cleans_up_after_an_error() -> None:
    with pytest.raises(ValueError, match="inside"):
        with prefect_test_harness():
            home = Path(get_current_settings().home)
            raise ValueError("inside")
    assert not home.exists()


def test_it_nests() -> None:
    with prefect_test_harness():
        outer = get_current_settings().home
        with prefect_test_harness():
            assert get_current_settings().home != outer
        assert get_current_settings().home == outer
        assert give() == 1
