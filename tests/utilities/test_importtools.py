from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from prefect.exceptions import ScriptError
from prefect.utilities.importtools import (
    from_qualified_name,
    import_object,
    lazy_import,
    load_module,
    load_script_as_module,
    safe_load_namespace,
    to_qualified_name,
)


class Outer:
    def method(self) -> int:
        return 3


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "beside_the_script.py").write_text("VALUE = 7")
    path = tmp_path / "script.py"
    path.write_text(
        "import beside_the_script\nclass C:\n    def m(self): return 3\ndef f(): return beside_the_script.VALUE\n"
    )
    return path


def test_names_of_objects() -> None:
    assert to_qualified_name(json.loads) == "json.loads"
    assert to_qualified_name(Outer.method).endswith("Outer.method")
    assert to_qualified_name(json) == "json"


def test_objects_of_names() -> None:
    assert from_qualified_name("json.loads") is json.loads
    assert from_qualified_name("json") is json
    assert from_qualified_name("collections.abc.Mapping").__name__ == "Mapping"


@pytest.mark.parametrize(
    ("name", "error"), [("json.nothing", AttributeError), ("nowhere.nothing", ImportError), ("nowhere", ImportError)]
)
def test_names_of_nothing(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        from_qualified_name(name)


def test_scripts_as_modules(script: Path) -> None:
    path = list(sys.path)
    module = load_script_as_module(script)
    assert module.f() == 7
    assert sys.modules[module.__name__] is module
    assert load_script_as_module(str(script)).__name__ == module.__name__
    assert sys.path == path


@pytest.mark.parametrize("text", ["raise ValueError('x')", "1 +", None])
def test_scripts_that_fail(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "bad.py"
    if text is not None:
        path.write_text(text)
    before = set(sys.modules)
    with pytest.raises(ScriptError, match="encountered an exception") as caught:
        load_script_as_module(path)
    assert caught.value.user_exc is not None
    assert not [name for name in set(sys.modules) - before if name.startswith("__prefect_loader")]


def test_what_is_no_script(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="not a Python script"):
        load_script_as_module(tmp_path / "text.txt")


def test_importing_objects(script: Path) -> None:
    assert import_object("json:loads") is import_object("json.loads") is json.loads
    assert import_object(f"{script}:f")() == 7
    assert import_object(f"{script}:C.m").__name__ == "m"
    with pytest.raises(AttributeError):
        import_object(f"{script}:nothing")


def test_modules_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_in_the_working_directory.py").write_text("X = 1")
    monkeypatch.chdir(tmp_path)
    assert load_module("module_in_the_working_directory").X == 1
    with pytest.raises(ImportError):
        load_module("no_such_module_anywhere")


def test_lazy_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_to_be_lazy.py").write_text("import sys; sys.lazy_module_was_run = True; X = 1")
    monkeypatch.syspath_prepend(tmp_path)
    module = lazy_import("module_to_be_lazy")
    assert not hasattr(sys, "lazy_module_was_run")
    assert module.X == 1
    assert lazy_import("json") is json


def test_lazy_imports_of_nothing() -> None:
    missing = lazy_import("no_such_module_anywhere", help_message="Do without.")
    assert isinstance(missing, ModuleType)
    with pytest.raises(ModuleNotFoundError, match=r"no_such_module_anywhere.*\n.*Do without"):
        missing.anything
    with pytest.raises(ModuleNotFoundError):
        lazy_import("no_such_module_anywhere", error_on_import=True)


def test_names_of_code_that_cannot_run_whole() -> None:
    found = safe_load_namespace(
        "import json\nfrom nowhere import x\nY = 2\ndef f(): return Y\nclass Q: pass\nZ = undefined\nprint('no')\n"
    )
    assert found["f"]() == 2
    assert {"json", "Y", "Q"} <= found.keys()
    assert not {"x", "Z"} & found.keys()
