"""Importing results is light, and the SDK's modules say what they have."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

HEAVY = "pydantic cloudpickle fsspec numpy pandas asyncio tempfile shutil pickle lzma inspect dataclasses ast sqlite3".split()
SURFACE = [
    "results",
    "serializers",
    "filesystems",
    "cache_policies",
    "transactions",
    "locking.memory",
    "locking.filesystem",
    "locking.protocol",
]


@pytest.mark.parametrize(
    "module", ["store", "transactions", "policies", "serializers", "frames", "remote", "locks", "file_locks"]
)
def test_importing_results_is_light(module: str) -> None:
    code = f"import prefect.engine.results.{module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert not set(HEAVY) & set(done.stdout.split())


@pytest.mark.parametrize("module", SURFACE)
def test_the_surface_is_a_list(module: str) -> None:
    found = import_module(f"prefect.{module}")
    assert all(hasattr(found, name) for name in found.__all__)
    assert len(found.__all__) == len(set(found.__all__))


def test_a_store_works_by_itself(tmp_path: object) -> None:
    """Users read results in scripts of their own, with nothing else imported."""
    code = (
        "from prefect.results import ResultStore; from prefect.filesystems import LocalFileSystem\n"
        f"store = ResultStore(result_storage=LocalFileSystem(basepath={str(tmp_path)!r}))\n"
        "store.write({'a': 1}, key='k'); store.write(2)\n"
        "print(ResultStore(result_storage=store.result_storage).read('k').result)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "{'a': 1}\n"
