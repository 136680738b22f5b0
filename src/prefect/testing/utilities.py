"""A home and a record of its own for a test, thrown away afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.connect import close_database
from prefect.settings import get_current_settings, temporary_settings
from prefect.settings.current import root_replaced

__all__ = ["prefect_test_harness"]


@contextmanager
def prefect_test_harness(server_startup_timeout: int | None = 30) -> Iterator[None]:
    """Run flows and tasks within the block on a temporary home with an empty record of its own.

    Nothing of the user's is read or written: neither the database, results and logs, nor a server that settings
    name. No server is started, so `server_startup_timeout` is not waited for; it is accepted because tests pass it.
    It works as a context manager, and in a fixture of any scope.
    """
    home = Path(tempfile.mkdtemp(prefix="prefect-test-"))
    restored = (
        "PREFECT_PROFILES_PATH",
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH",
        "PREFECT_LOGGING_CONFIG_PATH",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL",
        "PREFECT_SERVER_DATABASE_DRIVER",
    )
    updates = {"PREFECT_HOME": home, "PREFECT_API_URL": None, "PREFECT_API_KEY": None}
    try:
        with temporary_settings(updates, restore_defaults=restored) as settings, root_replaced(get_current_settings()):
            try:
                yield
            finally:
                close_database(settings)
    finally:
        shutil.rmtree(home, ignore_errors=True)
