from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from prefect.exceptions import HashError
from prefect.utilities.hashing import source_hash
from prefect.utilities.importtools import load_script_as_module


def script(folder: Path, name: str, text: str) -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(text)
    return load_script_as_module(path)


def test_the_text_of_a_function_decides(tmp_path: Path) -> None:
    first = script(tmp_path, "first", "def work(x):\n    return x + 1\n")
    same = script(tmp_path, "same", "import os\n\ndef work(x):\n    return x + 1\n")
    changed = script(tmp_path, "changed", "def work(x):\n    return x + 2\n")
    assert source_hash(first.work) == source_hash(same.work) != source_hash(changed.work)


def test_it_is_worked_out_once(tmp_path: Path) -> None:
    module = script(tmp_path, "once", "def work(x):\n    return x + 1\n")
    before = source_hash(module.work)
    (tmp_path / "once.py").write_text("def work(x):\n    return x + 2\n")
    assert source_hash(module.work) == before


def test_wrappers_partials_and_methods_count_as_what_they_call() -> None:
    def work(x: int) -> int:
        return x

    @functools.wraps(work)
    def wrapped(x: int) -> int:
        return work(x)

    class Thing:
        def method(self) -> int:
            return 1

        def __call__(self) -> int:
            return 2

    assert source_hash(wrapped) == source_hash(functools.partial(work, 1)) == source_hash(work)
    assert source_hash(Thing().method) == source_hash(Thing.method) != source_hash(Thing())


def test_lambdas_of_one_line_differ() -> None:
    one, other = (lambda x: x + 1), (lambda x: x + 2)
    assert source_hash(one) != source_hash(other)


def made_by_exec(text: str) -> Any:
    names: dict[str, Any] = {}
    exec(text, names)
    return names["work"]


def test_functions_without_source_go_by_their_code() -> None:
    one, same = made_by_exec("def work(x): return x + 1"), made_by_exec("\n\ndef work(x):\n  return x + 1")
    assert source_hash(one) == source_hash(same) != source_hash(made_by_exec("def work(x): return x + 2"))
    inner = "def work(x):\n  def f(): return {n}\n  return f"
    assert source_hash(made_by_exec(inner.format(n=1))) != source_hash(made_by_exec(inner.format(n=2)))


def test_functions_in_c_go_by_their_name() -> None:
    assert source_hash(len) == source_hash(len) != source_hash(max)


def test_what_cannot_be_told_is_an_error() -> None:
    class Opaque:
        __call__ = functools.partial(print)

    with pytest.raises(HashError, match="neither source nor byte code"):
        source_hash(type("Nameless", (), {"__call__": Opaque()})())


def test_code_hashes_are_the_same_in_every_process() -> None:
    code = (
        "from prefect.utilities.hashing import source_hash; f = lambda x: x in {'a', 'b', 'c'}; print(source_hash(f))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
