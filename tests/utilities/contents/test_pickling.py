from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import pytest

from prefect.exceptions import SerializationError
from prefect.utilities.contents import pickling


class Known:
    pass


@pytest.mark.parametrize("value", [1, [1, {"a": (2,)}], Known, {"x"}])
def test_plain_values_need_no_cloudpickle(value: Any) -> None:
    blob = pickling.dumps_portable(value)
    assert b"cloudpickle" not in blob
    assert pickling.loads(blob) == value


def test_lambdas_and_local_classes_travel() -> None:
    class Local:
        x = 5

    assert pickling.loads(pickling.dumps_portable(lambda: 3))() == 3
    assert pickling.loads(pickling.dumps_local(Local())).x == 5


@pytest.mark.parametrize("dump", [pickling.dumps_portable, pickling.dumps_local, pickling.dumps_by_value])
def test_what_cannot_be_pickled(dump: Any) -> None:
    with pytest.raises(SerializationError, match=r"_thread\.lock cannot be pickled"):
        dump([threading.Lock()][0])


SCRIPT = """
import sys
from prefect.utilities.contents import pickling
class Point:
    def __init__(self, x): self.x = x
if __name__ == "__main__":
    open(sys.argv[1], "wb").write(pickling.dumps_portable(Point(1)))
    open(sys.argv[2], "wb").write(pickling.dumps_local(Point(2)))
"""


@pytest.fixture
def pickled_in_main(tmp_path: Path) -> tuple[bytes, bytes, Path]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    paths = [tmp_path / "portable", tmp_path / "local"]
    subprocess.run([sys.executable, str(script), *map(str, paths)], check=True)
    return paths[0].read_bytes(), paths[1].read_bytes(), script


def test_classes_of_main_travel_by_value(pickled_in_main: tuple[bytes, bytes, Path]) -> None:
    assert pickling.loads(pickled_in_main[0]).x == 1


def test_classes_of_main_are_found_in_the_imported_script(pickled_in_main: tuple[bytes, bytes, Path]) -> None:
    _, local, script = pickled_in_main
    module = ModuleType("imported_script")
    exec(script.read_text(), module.__dict__)
    found = pickling.loads(local, module)
    assert type(found) is module.Point
    assert found.x == 2
    with pytest.raises(AttributeError):
        pickling.loads(local, ModuleType("another"))
    assert pickling.loads(pickling.dumps_local(Known), module) is Known


def test_modules_registered_for_it_travel_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_by_value.py").write_text("def f(): return 9")
    monkeypatch.syspath_prepend(tmp_path)
    import module_by_value  # type: ignore[import-not-found]

    assert b"module_by_value" in pickling.dumps_portable(module_by_value.f)
    cloudpickle.register_pickle_by_value(module_by_value)
    try:
        blob = pickling.dumps_portable(module_by_value.f)
    finally:
        cloudpickle.unregister_pickle_by_value(module_by_value)
    del sys.modules["module_by_value"]
    (tmp_path / "module_by_value.py").unlink()
    assert pickling.loads(blob)() == 9
